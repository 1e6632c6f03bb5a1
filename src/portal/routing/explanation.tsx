// The answer to what would become of a request.
import type { InferResponseType } from 'hono/client'
import { Link } from 'wouter'
import type { v1 } from '../api/client.ts'
import { usePlanNames } from '../api/names.ts'
import { pathTo } from '../places.ts'
import { Badge } from '../ui/badge.tsx'
import { Banner } from '../ui/banner.tsx'
import { Facts } from '../ui/facts.tsx'
import { count } from '../ui/figures.ts'
import { Section } from '../ui/page.tsx'
import { RefusalReason } from '../ui/refusal-reason.tsx'
import { When } from '../ui/when.tsx'
import { useRouteNames, useUpstreamNames } from './names.ts'

type Found = InferResponseType<typeof v1.routes.explain.$post, 200>

export function Explanation({ found }: { readonly found: Found }) {
  const { answer, steps, remedies, nearby } = found
  const isForwarded = answer.kind === 'forwarded'
  return (
    <div className="flex flex-col gap-6">
      <Banner
        variant={answer.kind === 'refused' ? 'error' : 'success'}
        title={
          isForwarded ? 'It passes, and goes to the upstream' : `It is answered with ${answer.status ?? ''}`
        }
        description={<span dir="auto">{answer.detail}</span>}
      />
      {found.recorded !== null && <Recorded request={found.recorded} />}
      <Section title="Step by step">
        <ol className="flex flex-col gap-2">
          {steps.map(({ step, passes, code, detail }) => (
            <li key={step} className="flex flex-wrap items-baseline gap-2">
              <Badge variant={passes ? 'green' : 'red'}>{passes ? 'passes' : 'refuses'}</Badge>
              <span className="font-medium">{step.replaceAll('_', ' ')}</span>
              <span className="text-kumo-subtle" dir="auto">
                {detail ?? (code === null ? null : <RefusalReason code={code} />)}
              </span>
            </li>
          ))}
        </ol>
      </Section>
      {remedies.length > 0 && (
        <Section title="What would let it pass">
          <ul className="list-disc pl-5">
            {remedies.map(({ action, target, detail }) => (
              <li key={`${action} ${target ?? ''} ${detail}`} dir="auto">
                {detail}
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="What was found">
        <Facts
          facts={[
            [
              'Route',
              found.route_id === null ? 'None' : <ToPlace key="r" name="route" id={found.route_id} />,
            ],
            ['Key', found.key_id === null ? 'None' : <ToPlace key="k" name="key" id={found.key_id} />],
            ['Plan', found.plan_id === null ? 'None' : <ToPlace key="p" name="plan" id={found.plan_id} />],
            [
              'Upstream',
              found.upstream_id === null ? (
                'None'
              ) : (
                <ToPlace key="u" name="upstream" id={found.upstream_id} />
              ),
            ],
            ['Would be called', found.origin_url ?? 'Nothing'],
            ...found.limits.map(
              ({ name, per, limit, cost, remaining }) =>
                [
                  `Limit ${name}`,
                  `${remaining === null ? 'Not known' : count(remaining)} left of ${count(limit)} for each ${per}; takes ${count(cost)}`,
                ] as const,
            ),
          ]}
        />
      </Section>
      {nearby.length > 0 && (
        <Section title="Routes that might have been meant">
          <ul className="flex flex-col gap-1">
            {nearby.map(({ route_id: id, detail }) => (
              <li key={id}>
                <ToPlace name="route" id={id} />: <span dir="auto">{detail}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </div>
  )
}

/** What is kept of a request that was refused, and what is not. */
function Recorded({ request }: { readonly request: NonNullable<Found['recorded']> }) {
  const { at, method, host, path, status, address, left_out: leftOut } = request
  return (
    <Section
      title="What was asked"
      description={
        leftOut.length === 0
          ? 'All of the request is known.'
          : `Not kept, and so left out of what is said: ${leftOut.join(', ')}.`
      }
    >
      <Facts
        facts={[
          ['Request', <code key="request" className="break-all">{`${method} ${host}${path}`}</code>],
          ['Answered with', status],
          ['Time', <When key="at" at={at} />],
          ['From address', address ?? 'Not known'],
        ]}
      />
    </Section>
  )
}

interface ToPlaceProps {
  readonly name: 'route' | 'key' | 'plan' | 'upstream'
  readonly id: string
}

/** By its name, where one is known. */
function ToPlace({ name, id }: ToPlaceProps) {
  const names = { route: useRouteNames(), plan: usePlanNames(), upstream: useUpstreamNames(), key: null }
  return (
    <Link to={pathTo(name, id)} className="break-all underline" dir="auto">
      {names[name]?.nameOf(id) ?? id}
    </Link>
  )
}
