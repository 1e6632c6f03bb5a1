// One upstream: where it is, whether it answers, and a form to change it.
import { useMutation, useQuery } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { useState } from 'react'
import { bodyOf, v1 } from '../api/client.ts'
import { refresh } from '../api/queries.ts'
import { pathTo } from '../places.ts'
import { UpstreamCheck } from '../routing/upstream-check.tsx'
import { UpstreamForm, type UpstreamDraft } from '../routing/upstream-form.tsx'
import { useCan } from '../session/me.ts'
import type { PageProps } from '../shell/pages.ts'
import { DeleteButton } from '../ui/delete-button.tsx'
import { Editable } from '../ui/editable.tsx'
import { Facts } from '../ui/facts.tsx'
import { milliseconds } from '../ui/figures.ts'
import { Page, Section } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { toastDone } from '../ui/toasts.ts'

type Upstream = InferResponseType<(typeof v1.upstreams)[':id']['$get'], 200>

const CRUMBS = [{ title: 'Upstreams', to: pathTo('upstreams') }]

export default function UpstreamPage({ id }: PageProps) {
  const can = useCan()
  const upstream = useQuery({
    queryKey: ['upstreams', 'one', id],
    queryFn: () => bodyOf(v1.upstreams[':id'].$get({ param: { id } })),
  })
  if (upstream.data === undefined)
    return (
      <Page title="Upstream" crumbs={CRUMBS}>
        <Loaded of={upstream} label="Loading the upstream">
          {() => null}
        </Loaded>
      </Page>
    )
  const { data } = upstream
  return (
    <Page
      title={data.name}
      crumbs={CRUMBS}
      actions={
        can('config:write') && (
          <DeleteButton
            what="upstream"
            name={data.name}
            about="An upstream that a route still leads to is not deleted."
            run={() => bodyOf(v1.upstreams[':id'].$delete({ param: { id }, query: {} }))}
            to={pathTo('upstreams')}
          />
        )
      }
    >
      <Editable
        title="Where requests go"
        action="Edit upstream"
        mayEdit={can('config:write')}
        shown={
          <Facts
            facts={[
              ['Address', data.url ?? 'None: a service binding'],
              ['Service binding', data.service ?? 'None: an address'],
              ['Timeout', milliseconds(data.timeout_ms)],
              ['Retries', data.retries],
            ]}
          />
        }
        form={(close) => <EditUpstream upstream={data} close={close} />}
      />
      {can('config:write') && (
        <Section title="Test" description="One real request, with the headers that the gateway would send.">
          <UpstreamCheck id={id} />
        </Section>
      )}
    </Page>
  )
}

interface EditUpstreamProps {
  readonly upstream: Upstream
  readonly close: () => void
}

function EditUpstream({ upstream, close }: EditUpstreamProps) {
  // What was read when the form was opened: it is not saved over what somebody else writes after that.
  const [opened] = useState(upstream)
  const { id, version } = opened
  const save = useMutation({
    mutationFn: (draft: UpstreamDraft) =>
      bodyOf(
        v1.upstreams[':id'].$patch(
          {
            param: { id },
            query: {},
            json: { ...draft, url: draft.url ?? null, service: draft.service ?? null },
          },
          { headers: { 'If-Match': `"${version}"` } },
        ),
      ),
    onSuccess: () => {
      toastDone('Saved the upstream')
      close()
      return refresh()
    },
  })
  return (
    <UpstreamForm
      upstream={opened}
      action="Save upstream"
      submit={(draft) => save.mutate(draft)}
      cancel={close}
      isPending={save.isPending}
      error={save.error}
    />
  )
}
