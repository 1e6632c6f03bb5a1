// New key.
import { Page } from '../ui/page.tsx'

export default function NewKeyPage() {
  return <Page title="New key">{null}</Page>
}
