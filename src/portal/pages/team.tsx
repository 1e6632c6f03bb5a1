// Team.
import { Page } from '../ui/page.tsx'

export default function TeamPage() {
  return <Page title="Team">{null}</Page>
}
