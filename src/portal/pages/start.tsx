// First steps.
import { Page } from '../ui/page.tsx'

export default function StartPage() {
  return <Page title="First steps">{null}</Page>
}
