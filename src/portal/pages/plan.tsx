// Plan.
import { Page } from '../ui/page.tsx'

export default function PlanPage() {
  return <Page title="Plan">{null}</Page>
}
