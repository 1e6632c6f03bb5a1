// Key.
import { Page } from '../ui/page.tsx'

export default function KeyPage() {
  return <Page title="Key">{null}</Page>
}
