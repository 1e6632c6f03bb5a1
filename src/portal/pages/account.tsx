// Who is logged in, and where: the caller's own sessions, each of which can be ended.
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { bodyOf, v1 } from '../api/client.ts'
import { queries, refresh } from '../api/queries.ts'
import { logOut } from '../session/log-out.ts'
import { forgetSession, useMe } from '../session/me.ts'
import { Confirm } from '../ui/confirm.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Page, Section } from '../ui/page.tsx'
import { usePages } from '../ui/pages-of.ts'
import { Loaded } from '../ui/states.tsx'
import { toastDone, toastFailure } from '../ui/toasts.ts'
import { When } from '../ui/when.tsx'

const METHODS = {
  oidc: 'Identity provider',
  access: 'Cloudflare Access',
  portal_link: 'One-time link',
  token: 'Token of local development',
} as const

export default function AccountPage() {
  const me = useMe()
  const facts = [
    ['Name', me.name ?? 'Not set'],
    ['E-mail', me.email ?? 'Not set'],
    ['Role', me.role.replace('_', ' ')],
    ['Organization', me.organization?.name ?? 'All: you are an operator'],
    ...(me.team === null ? [] : [['Team', me.team.name]]),
  ]
  return (
    <Page
      title="Your account"
      description="Who you are here, and where you are logged in."
      actions={<Button onClick={() => void logOut()}>Log out</Button>}
    >
      <Section title="You">
        <dl className="grid gap-3 sm:grid-cols-2">
          {facts.map(([label, value]) => (
            <div key={label}>
              <dt className="text-sm text-kumo-subtle">{label}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ))}
        </dl>
      </Section>
      <Sessions />
    </Page>
  )
}

function Sessions() {
  const [isAsking, setAsking] = useState(false)
  const sessions = usePages(['sessions'], (cursor) =>
    bodyOf(v1.sessions.$get({ query: cursor === undefined ? {} : { cursor } })),
  )
  const end = useMutation({
    mutationFn: (id: string) => bodyOf(v1.sessions[':id'].$delete({ param: { id } })),
    onSuccess: async () => {
      toastDone('Session ended')
      await refresh()
    },
    onError: toastFailure,
  })
  const endAll = useMutation({
    mutationFn: () => bodyOf(v1.sessions.$delete()),
    onSuccess: () => forgetSession(queries),
  })
  return (
    <section aria-label="Sessions" className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="text-lg font-semibold">Sessions</h2>
        <Button variant="secondary-destructive" onClick={() => setAsking(true)}>
          Log out everywhere
        </Button>
      </div>
      <Loaded of={sessions} label="Loading your sessions">
        {(rows) => (
          <DataTable
            label="Sessions"
            rows={rows}
            nameOf={(row) => row.user_agent ?? row.id}
            more={sessions.more}
            isLoadingMore={sessions.isLoadingMore}
            columns={[
              {
                title: 'Browser',
                cell: (row) => <span className="break-words">{row.user_agent ?? 'Unknown'}</span>,
              },
              { title: 'Address', cell: (row) => row.address ?? 'Unknown' },
              { title: 'Came by', cell: (row) => METHODS[row.method] },
              { title: 'Began', cell: (row) => <When at={row.created_at} /> },
              { title: 'Last seen', cell: (row) => <When at={row.last_seen_at} /> },
              { title: 'Ends', cell: (row) => <When at={row.expires_at} /> },
              {
                title: 'Action',
                cell: (row) =>
                  row.current ? (
                    <Badge variant="green">This one</Badge>
                  ) : (
                    <Button
                      size="sm"
                      aria-label={`End the session of ${row.user_agent ?? row.id}`}
                      loading={end.isPending && end.variables === row.id}
                      onClick={() => end.mutate(row.id)}
                    >
                      End
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
      <Confirm
        title="Log out everywhere?"
        description="All your sessions end, this one too, and one-time links that were made for you stop working."
        action="Log out everywhere"
        isOpen={isAsking}
        close={() => setAsking(false)}
        confirm={() => endAll.mutate()}
        isPending={endAll.isPending}
        error={endAll.error}
      />
    </section>
  )
}
