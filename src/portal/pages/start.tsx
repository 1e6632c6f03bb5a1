// The first run: from an empty gateway to a request that arrives, one step at a time. Each looks for itself what exists already.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { bodyOf, v1 } from '../api/client.ts'
import { pathTo, type PlaceName } from '../places.ts'
import { sampleOf } from '../routing/sample.ts'
import { UpstreamCheck } from '../routing/upstream-check.tsx'
import { FirstCall } from '../start/first-call.tsx'
import { CustomerStep, KeyStep, PlanStep, RouteStep, UpstreamStep } from '../start/forms.tsx'
import { Step } from '../start/step.tsx'
import { Page, Section } from '../ui/page.tsx'
import { SecretPanel } from '../ui/secret-panel.tsx'
import { Loaded } from '../ui/states.tsx'

export default function StartPage() {
  const [made, setMade] = useState<{ readonly id: string; readonly secret: string | null } | null>(null)
  const existing = useQuery({ queryKey: ['start'], queryFn: readExisting })
  return (
    <Page
      title="First steps"
      description="From an empty gateway to the first request. What exists already is ticked."
    >
      <Loaded of={existing} label="Loading what exists already">
        {({ upstream, route, plan, project, key }) => {
          const keyId = made?.id ?? key?.id ?? null
          const next = [upstream, route, plan, project, keyId].findIndex((found) => found === null)
          return (
            <ol className="flex flex-col gap-4">
              <Step
                number={1}
                title="Say where your API is"
                about="Requests that may pass are forwarded there."
                isNext={next === 0}
                done={
                  upstream === null ? null : (
                    <div className="flex flex-col gap-3">
                      <ToPlace name="upstream" id={upstream.id} title={upstream.name} />
                      <UpstreamCheck key={upstream.id} id={upstream.id} isEager />
                      <p className="text-kumo-subtle">
                        If it does not answer there,{' '}
                        <Link to={pathTo('upstream', upstream.id)} className="underline">
                          change where it is
                        </Link>
                        .
                      </p>
                    </div>
                  )
                }
              >
                <UpstreamStep />
              </Step>
              <Step
                number={2}
                title="Open a path to it"
                about="A route says which requests go there, and that they need a key."
                isNext={next === 1}
                done={route === null ? null : <ToPlace name="route" id={route.id} title={route.path} />}
              >
                <RouteStep upstreamId={upstream?.id ?? ''} />
              </Step>
              <Step
                number={3}
                title="Limit what a key may do"
                about="A plan has named limits and quotas. You can change it later, for all its keys at once."
                isNext={next === 2}
                done={plan === null ? null : <ToPlace name="plan" id={plan.id} title={plan.name} />}
              >
                <PlanStep />
              </Step>
              <Step
                number={4}
                title="Say who calls"
                about="Keys belong to projects, and projects to organizations."
                isNext={next === 3}
                done={
                  project === null ? null : <ToPlace name="project" id={project.id} title={project.name} />
                }
              >
                <CustomerStep planId={plan?.id ?? ''} />
              </Step>
              <Step
                number={5}
                title="Make the first key"
                about="It is shown once. Store it before you go on."
                isNext={next === 4}
                done={keyId === null ? null : <ToPlace name="key" id={keyId} title="The key" />}
              >
                <KeyStep projectId={project?.id ?? ''} made={setMade} />
              </Step>
              {made !== null && made.secret !== null && (
                <li>
                  <Section title="Your first key">
                    <SecretPanel
                      secret={made.secret}
                      name="First key"
                      {...(route === null ? {} : { call: sampleOf(route, location.origin) })}
                      done={() => setMade({ id: made.id, secret: null })}
                    />
                  </Section>
                </li>
              )}
              {route !== null && keyId !== null && (
                <li>
                  <FirstCall route={route} keyId={keyId} />
                </li>
              )}
            </ol>
          )
        }}
      </Loaded>
    </Page>
  )
}

interface ToPlaceProps {
  readonly name: PlaceName
  readonly id: string
  readonly title: string
}

function ToPlace({ name, id, title }: ToPlaceProps) {
  return (
    <Link to={pathTo(name, id)} className="w-fit break-all underline" dir="auto">
      {title}
    </Link>
  )
}

/** The newest of each; of keys, of those that pass. */
async function readExisting() {
  const query = { limit: '1' }
  const [upstreams, routes, plans, projects, keys] = await Promise.all([
    bodyOf(v1.upstreams.$get({ query })),
    bodyOf(v1.routes.$get({ query })),
    bodyOf(v1.plans.$get({ query })),
    bodyOf(v1.projects.$get({ query })),
    bodyOf(v1.keys.$get({ query: { ...query, state: 'active' } })),
  ])
  return {
    upstream: upstreams.data[0] ?? null,
    route: routes.data[0] ?? null,
    plan: plans.data[0] ?? null,
    project: projects.data[0] ?? null,
    key: keys.data[0] ?? null,
  }
}
