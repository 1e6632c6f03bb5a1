// Refusals.
import { Page } from '../ui/page.tsx'

export default function RefusalsPage() {
  return <Page title="Refusals">{null}</Page>
}
