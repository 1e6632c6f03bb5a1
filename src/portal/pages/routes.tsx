// Routes: which requests go to which upstream, and what a key needs for it.
import { useMutation } from '@tanstack/react-query'
import { Link, useLocation } from 'wouter'
import { useAttempt } from '../api/attempt.ts'
import { bodyOf, v1 } from '../api/client.ts'
import { refresh } from '../api/queries.ts'
import { pathTo } from '../places.ts'
import { useUpstreamNames } from '../routing/names.ts'
import type { RouteDraft } from '../routing/route-draft.ts'
import { RouteForm } from '../routing/route-form.tsx'
import { useCan } from '../session/me.ts'
import { LinkButton } from '../ui/button.tsx'
import { CreateButton } from '../ui/create-button.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Page } from '../ui/page.tsx'
import { PAGE_ROWS, usePages } from '../ui/pages-of.ts'
import { Loaded, Nothing } from '../ui/states.tsx'
import { toastDone } from '../ui/toasts.ts'

export default function RoutesPage() {
  const can = useCan()
  const upstreams = useUpstreamNames()
  const routes = usePages(['routes', 'list'], (cursor) =>
    bodyOf(
      v1.routes.$get({ query: { limit: String(PAGE_ROWS), ...(cursor === undefined ? {} : { cursor }) } }),
    ),
  )
  return (
    <Page
      title="Routes"
      description="Which requests go where. The most specific path owns a request."
      actions={
        <>
          <LinkButton to={pathTo('explain')}>Explain a request</LinkButton>
          {can('config:write') && (
            <CreateButton title="New route">{(close) => <NewRoute close={close} />}</CreateButton>
          )}
        </>
      }
    >
      <Loaded of={routes} label="Loading routes">
        {(rows) =>
          rows.length === 0 ? (
            <Nothing
              title="No routes yet"
              description="Without a route nothing is forwarded, unless ORIGIN_URL is set: then everything goes there."
            />
          ) : (
            <DataTable
              label="Routes"
              rows={rows}
              nameOf={(row) => row.path}
              more={routes.more}
              isLoadingMore={routes.isLoadingMore}
              columns={[
                {
                  title: 'Path',
                  cell: (row) => (
                    <Link to={pathTo('route', row.id)} className="break-all underline">
                      <code>{row.path}</code>
                    </Link>
                  ),
                },
                { title: 'Hosts', cell: (row) => row.hosts.join(', ') || 'Every' },
                { title: 'Methods', cell: (row) => row.methods.join(', ') || 'Every' },
                {
                  title: 'Upstream',
                  cell: (row) => <span dir="auto">{upstreams.nameOf(row.upstream_id)}</span>,
                },
                { title: 'Key', cell: (row) => row.auth },
                { title: 'Scopes', cell: (row) => row.scopes.join(', ') || 'None' },
                { title: 'Cost', cell: (row) => row.cost, isFigure: true },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  )
}

function NewRoute({ close }: { readonly close: () => void }) {
  const [, go] = useLocation()
  const attempt = useAttempt()
  const create = useMutation({
    mutationFn: async (json: RouteDraft) => bodyOf(v1.routes.$post({ json, query: {} }, await attempt(json))),
    onSuccess: async ({ id, path }) => {
      toastDone(`Created ${path}`)
      close()
      go(pathTo('route', id))
      await refresh()
    },
  })
  return (
    <RouteForm
      action="Create route"
      submit={(draft) => create.mutate(draft)}
      cancel={close}
      isPending={create.isPending}
      error={create.error}
    />
  )
}
