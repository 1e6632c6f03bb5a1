// Audit trail.
import { Page } from '../ui/page.tsx'

export default function AuditPage() {
  return <Page title="Audit trail">{null}</Page>
}
