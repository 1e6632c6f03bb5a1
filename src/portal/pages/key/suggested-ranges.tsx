// Ranges that would let through from where a key was used of late, and what those that are written down would refuse of it.
import { inRanges } from '../../../policy/address.ts'
import { linesOf, listOf } from '../../key-form/texts.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { useObserved } from './observed.tsx'

interface SuggestedRangesProps {
  readonly id: string
  /** Of the field: ranges, one a line. */
  readonly text: string
  readonly change: (text: string) => void
}

/** Nothing where nothing was seen: whoever writes a policy does not wait for this. */
export function SuggestedRanges({ id, text, change }: SuggestedRangesProps) {
  const { data: observed } = useObserved(id)
  if (observed === undefined || observed.data.length === 0) return null
  const written = listOf(text)
  const refused = observed.data.map(({ address }) => address).filter((address) => !isIn(address, written))
  const missing = observed.suggested.filter((range) => refused.some((address) => isIn(address, [range])))
  const add = (ranges: readonly string[]) => change(linesOf([...written, ...ranges]))
  return (
    <div className="flex flex-col gap-3">
      {observed.suggested.length === 0 ? (
        <p className="text-kumo-subtle">The key was used from too many places to suggest ranges.</p>
      ) : (
        <fieldset>
          <legend className="font-medium">Ranges it was used from of late</legend>
          <p className="text-sm text-kumo-subtle">
            Also by whoever had no right to: look at them before you add them.
          </p>
          <div className="mt-2 flex flex-wrap gap-2">
            {missing.map((range) => (
              <Button key={range} size="sm" onClick={() => add([range])}>
                Add {range}
              </Button>
            ))}
            {missing.length > 1 && (
              <Button size="sm" onClick={() => add(missing)}>
                Add all
              </Button>
            )}
            {missing.length === 0 && <p className="text-sm">All of them are in the policy.</p>}
          </div>
        </fieldset>
      )}
      {written.length > 0 && refused.length > 0 && (
        <Banner
          variant="alert"
          title="The key was used from where this policy refuses it"
          description={refused.join(', ')}
        />
      )}
    </div>
  )
}

/** @param address IPv4, or the /64 of IPv6: it is in where its first address is */
function isIn(address: string, ranges: readonly string[]): boolean {
  return inRanges(address.split('/')[0] ?? address, ranges)
}
