// Whether everything works that the gateway rests on: storage, the feed, its relays, the limiter.
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { bodyOf, v1 } from '../api/client.ts'
import { refresh } from '../api/queries.ts'
import { useCan } from '../session/me.ts'
import { Badge } from '../ui/badge.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Facts } from '../ui/facts.tsx'
import { count, milliseconds } from '../ui/figures.ts'
import { Page, Section } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { toastDone } from '../ui/toasts.ts'
import { When } from '../ui/when.tsx'

const LOOK_MS = 15_000
const LOOKS: Readonly<Record<string, 'green' | 'orange' | 'red'>> = {
  ok: 'green',
  warning: 'orange',
  failing: 'red',
}

export default function HealthPage() {
  const can = useCan()
  return (
    <Page
      title="Health"
      description="What this deployment rests on, looked at now and every quarter of a minute."
      actions={can('settings:write') && <Condemn />}
    >
      <Checks />
      <Feed />
    </Page>
  )
}

function Checks() {
  const checks = useQuery({
    queryKey: ['checks'],
    queryFn: () => bodyOf(v1.checks.$get()),
    refetchInterval: LOOK_MS,
  })
  return (
    <Section title="Checks">
      <Loaded of={checks} label="Loading checks">
        {(found) => (
          <DataTable
            label="Checks"
            rows={found.checks.map((check) => ({ ...check, id: check.name }))}
            nameOf={(row) => row.name}
            columns={[
              { title: 'What', cell: (row) => row.name.replaceAll('_', ' ') },
              {
                title: 'State',
                cell: (row) => <Badge variant={LOOKS[row.status] ?? 'red'}>{row.status}</Badge>,
              },
              { title: 'Found', cell: (row) => row.detail },
              { title: 'What to do', cell: (row) => row.mend ?? 'Nothing' },
              { title: 'Took', cell: (row) => milliseconds(row.duration_ms), isFigure: true },
            ]}
          />
        )}
      </Loaded>
    </Section>
  )
}

function Feed() {
  const feed = useQuery({
    queryKey: ['feed'],
    queryFn: () => bodyOf(v1.feed.$get()),
    refetchInterval: LOOK_MS,
  })
  return (
    <Section
      title="Invalidation feed"
      description="It carries revocations and other changes to every place at once."
    >
      <Loaded of={feed} label="Loading the feed">
        {({ hub, outbox }) => (
          <div className="flex flex-col gap-4">
            {hub === null && (
              <Banner
                variant="error"
                title="The hub does not answer"
                description="Changes are stored, and come into force by the age of copies until it does."
              />
            )}
            {outbox.unpublished > 0 && (
              <Banner
                variant="alert"
                title={`${count(outbox.unpublished)} changes have not reached the hub yet`}
                description={
                  outbox.oldest_age_ms === null
                    ? 'They are sent again.'
                    : `The oldest is ${milliseconds(outbox.oldest_age_ms)} old. They are sent again every minute.`
                }
              />
            )}
            {hub !== null && (
              <Facts
                facts={[
                  ['Newest change', count(hub.seq)],
                  ['Changes kept', count(hub.changes)],
                  ['Oldest kept', <When key="oldest" at={hub.oldest_at} never="None" />],
                  [
                    'Relays',
                    hub.relays.length === 0
                      ? 'None are awake'
                      : hub.relays
                          .map(
                            ({ name, lease_ms_left: left }) =>
                              `${name} (${milliseconds(left)} of its lease left)`,
                          )
                          .join(', '),
                  ],
                ]}
              />
            )}
          </div>
        )}
      </Loaded>
    </Section>
  )
}

function Condemn() {
  const [isAsking, setAsking] = useState(false)
  const condemn = useMutation({
    mutationFn: () => bodyOf(v1.feed.invalidate.$post({ query: {} })),
    onSuccess: async () => {
      setAsking(false)
      toastDone('Every copy is condemned', 'Each place reads anew what it needs.')
      await refresh()
    },
  })
  return (
    <>
      <Button variant="secondary-destructive" onClick={() => setAsking(true)}>
        Condemn every copy
      </Button>
      <Confirm
        title="Condemn every copy?"
        description="Do this after the database was restored to an earlier state: every place throws away what it knows, and asks the database. It is slower for a moment, and nothing else."
        action="Condemn copies"
        typed="condemn"
        isOpen={isAsking}
        close={() => {
          condemn.reset()
          setAsking(false)
        }}
        confirm={() => condemn.mutate()}
        isPending={condemn.isPending}
        error={condemn.error}
      />
    </>
  )
}
