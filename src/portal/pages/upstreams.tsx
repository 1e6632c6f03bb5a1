// Upstreams: the origins that requests are forwarded to.
import { useMutation } from '@tanstack/react-query'
import { Link, useLocation } from 'wouter'
import { useAttempt } from '../api/attempt.ts'
import { bodyOf, v1 } from '../api/client.ts'
import { refresh } from '../api/queries.ts'
import { pathTo } from '../places.ts'
import { UpstreamForm, type UpstreamDraft } from '../routing/upstream-form.tsx'
import { useCan } from '../session/me.ts'
import { CreateButton } from '../ui/create-button.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { milliseconds } from '../ui/figures.ts'
import { Page } from '../ui/page.tsx'
import { PAGE_ROWS, usePages } from '../ui/pages-of.ts'
import { Loaded, Nothing } from '../ui/states.tsx'
import { toastDone } from '../ui/toasts.ts'
import { When } from '../ui/when.tsx'

export default function UpstreamsPage() {
  const can = useCan()
  const upstreams = usePages(['upstreams', 'list'], (cursor) =>
    bodyOf(
      v1.upstreams.$get({ query: { limit: String(PAGE_ROWS), ...(cursor === undefined ? {} : { cursor }) } }),
    ),
  )
  return (
    <Page
      title="Upstreams"
      description="Where requests go that may pass: your API, by its address or as a Worker of this account."
      actions={
        can('config:write') && (
          <CreateButton title="New upstream">{(close) => <NewUpstream close={close} />}</CreateButton>
        )
      }
    >
      <Loaded of={upstreams} label="Loading upstreams">
        {(rows) =>
          rows.length === 0 ? (
            <Nothing title="No upstreams yet" description="Say where your API is. Routes lead there." />
          ) : (
            <DataTable
              label="Upstreams"
              rows={rows}
              nameOf={(row) => row.name}
              more={upstreams.more}
              isLoadingMore={upstreams.isLoadingMore}
              columns={[
                {
                  title: 'Name',
                  cell: (row) => (
                    <Link
                      to={pathTo('upstream', row.id)}
                      className="font-medium break-words underline"
                      dir="auto"
                    >
                      {row.name}
                    </Link>
                  ),
                },
                {
                  title: 'Where',
                  cell: (row) => (
                    <code className="break-all">{row.url ?? `service ${row.service ?? ''}`}</code>
                  ),
                },
                { title: 'Timeout', cell: (row) => milliseconds(row.timeout_ms), isFigure: true },
                { title: 'Retries', cell: (row) => row.retries, isFigure: true },
                { title: 'Created', cell: (row) => <When at={row.created_at} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  )
}

function NewUpstream({ close }: { readonly close: () => void }) {
  const [, go] = useLocation()
  const attempt = useAttempt()
  const create = useMutation({
    mutationFn: async (json: UpstreamDraft) =>
      bodyOf(v1.upstreams.$post({ json, query: {} }, await attempt(json))),
    onSuccess: async ({ id, name }) => {
      toastDone(`Created ${name}`)
      close()
      go(pathTo('upstream', id))
      await refresh()
    },
  })
  return (
    <UpstreamForm
      action="Create upstream"
      submit={(draft) => create.mutate(draft)}
      cancel={close}
      isPending={create.isPending}
      error={create.error}
    />
  )
}
