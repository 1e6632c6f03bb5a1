// Explain a request.
import { Page } from '../ui/page.tsx'

export default function ExplainPage() {
  return <Page title="Explain a request">{null}</Page>
}
