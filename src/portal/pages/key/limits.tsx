// What is left of the limits and quotas that bind a key.
import { useQuery } from '@tanstack/react-query'
import { bodyOf, v1 } from '../../api/client.ts'
import { count, duration } from '../../ui/figures.ts'
import { Meter } from '../../ui/meter.tsx'
import { Section } from '../../ui/page.tsx'
import { Loaded, Nothing } from '../../ui/states.tsx'
import { When } from '../../ui/when.tsx'
import type { Key } from './key.ts'

const LOOK_MS = 30_000

export function Limits({ apiKey }: { readonly apiKey: Key }) {
  const { id } = apiKey
  const limits = useQuery({
    queryKey: ['keys', 'limits', id],
    queryFn: () => bodyOf(v1.keys[':id'].limits.$get({ param: { id } })),
    refetchInterval: LOOK_MS,
  })
  return (
    <Section title="Limits and quotas">
      <Loaded of={limits} label="Loading limits">
        {({ plan, limits: all }) =>
          all.length === 0 ? (
            <Nothing
              title="No limit binds this key"
              description={plan === null ? 'It has no plan.' : `The plan ${plan.name} has none.`}
            />
          ) : (
            <ul className="grid gap-5 sm:grid-cols-2">
              {all.map(
                ({
                  name,
                  kind,
                  per,
                  limit,
                  period,
                  period_seconds: seconds,
                  remaining,
                  resets_at: resets,
                  warn_at: warn,
                }) => (
                  <li key={`${kind} ${per} ${name}`} className="min-w-0">
                    <Meter
                      label={`${name}: ${count(limit)} a ${period ?? duration(seconds ?? 1)}, for each ${per}`}
                      value={remaining === null ? 0 : limit - remaining}
                      max={limit}
                      text={
                        remaining === null ? unknown(apiKey) : `${count(remaining)} of ${count(limit)} left`
                      }
                      warnAt={(warn ?? 80) / 100}
                    />
                    {resets !== null && (
                      <p className="text-sm text-kumo-subtle">
                        Full again <When at={resets} />
                      </p>
                    )}
                  </li>
                ),
              )}
            </ul>
          )
        }
      </Loaded>
    </Section>
  )
}

// No limiter is made for a look at a page: of a key that nobody has used, none is asked.
function unknown({ last_used_at: lastUsedAt }: Key): string {
  return lastUsedAt === null ? 'Known once the key is used' : 'Not known: its limiter does not answer'
}
