// Route.
import { Page } from '../ui/page.tsx'

export default function RoutePage() {
  return <Page title="Route">{null}</Page>
}
