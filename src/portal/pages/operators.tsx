// Operators.
import { Page } from '../ui/page.tsx'

export default function OperatorsPage() {
  return <Page title="Operators">{null}</Page>
}
