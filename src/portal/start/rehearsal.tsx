// What would become of the first request, asked of the gateway before anybody makes it: whoever does is not surprised.
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { bodyOf, v1 } from '../api/client.ts'
import { pathTo } from '../places.ts'
import { Banner } from '../ui/banner.tsx'
import { Loaded } from '../ui/states.tsx'

/** A route or a key that was made just now is in force a moment later. */
const LOOK_MS = 3_000

interface RehearsalProps {
  readonly method: string
  readonly url: string
  readonly keyId: string
}

export function Rehearsal({ method, url, keyId }: RehearsalProps) {
  const asked = useQuery({
    queryKey: ['routes', 'explain', method, url, keyId],
    queryFn: () => bodyOf(v1.routes.explain.$post({ json: { method, url, key_id: keyId } })),
    refetchInterval: ({ state }) => (state.data?.answer.kind === 'refused' ? LOOK_MS : false),
  })
  const search = new URLSearchParams({ method, url, key_id: keyId })
  return (
    <div role="status">
      <Loaded of={asked} label="Looking what would become of it">
        {({ answer, remedies, origin_url: called }) =>
          answer.kind === 'refused' ? (
            <Banner
              variant="error"
              title={`It would be refused: ${answer.detail ?? ''}`}
              description={
                <>
                  <ul className="list-disc pl-5">
                    {remedies.map(({ action, target, detail }) => (
                      <li key={`${action} ${target ?? ''} ${detail}`} dir="auto">
                        {detail}
                      </li>
                    ))}
                  </ul>
                  <Link to={`${pathTo('explain')}?${search}`} className="underline">
                    Explain this request
                  </Link>
                </>
              }
            />
          ) : (
            <Banner
              variant="success"
              title="It would pass"
              description={
                <>
                  And go to <code className="break-all">{called ?? 'the upstream'}</code>.
                </>
              }
            />
          )
        }
      </Loaded>
    </div>
  )
}
