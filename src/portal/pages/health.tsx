// Health.
import { Page } from '../ui/page.tsx'

export default function HealthPage() {
  return <Page title="Health">{null}</Page>
}
