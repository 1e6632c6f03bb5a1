// Routes.
import { Page } from '../ui/page.tsx'

export default function RoutesPage() {
  return <Page title="Routes">{null}</Page>
}
