// Upstream.
import { Page } from '../ui/page.tsx'

export default function UpstreamPage() {
  return <Page title="Upstream">{null}</Page>
}
