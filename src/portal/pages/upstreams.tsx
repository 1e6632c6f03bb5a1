// Upstreams.
import { Page } from '../ui/page.tsx'

export default function UpstreamsPage() {
  return <Page title="Upstreams">{null}</Page>
}
