// Waits for the first request with a key, and says that it has arrived.
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { bodyOf, v1 } from '../api/client.ts'
import { pathTo } from '../places.ts'
import { Banner } from '../ui/banner.tsx'
import { counted } from '../ui/figures.ts'
import { Loader } from '../ui/loader.tsx'

const LOOK_MS = 3_000

export function Arrival({ keyId }: { readonly keyId: string }) {
  const usage = useQuery({
    queryKey: ['usage', 'arrival', keyId],
    queryFn: () => bodyOf(v1.keys[':id'].usage.$get({ param: { id: keyId }, query: { grain: 'minute' } })),
    refetchInterval: LOOK_MS,
  })
  const requests = usage.data?.total.requests ?? 0
  return (
    <div role="status">
      {requests === 0 ? (
        <p className="flex items-center gap-2 text-kumo-subtle">
          <Loader aria-hidden="true" />
          Waiting for the first request. It is shown within a minute of being made.
        </p>
      ) : (
        <Banner
          variant="success"
          title={`It works: ${counted(requests, 'request')} arrived`}
          description={
            <Link to={pathTo('key', keyId)} className="underline">
              See what became of them
            </Link>
          }
        />
      )}
    </div>
  )
}
