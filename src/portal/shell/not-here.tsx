// An address that leads nowhere, or where the role does not lead.
import { Link } from 'wouter'
import { Page } from '../ui/page.tsx'

export function NotHere({ isForbidden = false }: { readonly isForbidden?: boolean }) {
  return (
    <Page title={isForbidden ? 'Not for your role' : 'There is no such page'}>
      <p>
        {isForbidden
          ? 'Your role does not include this page. Ask an administrator of your organization if you need it.'
          : 'The address may be misspelled, or what it named is gone.'}
      </p>
      <p>
        <Link to="/" className="underline">
          Go to the overview
        </Link>
      </p>
    </Page>
  )
}
