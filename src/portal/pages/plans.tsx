// Plans.
import { Page } from '../ui/page.tsx'

export default function PlansPage() {
  return <Page title="Plans">{null}</Page>
}
