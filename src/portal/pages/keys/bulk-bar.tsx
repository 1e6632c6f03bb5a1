// What is done with the keys that are selected, all in one request; each is judged by itself, and those that refuse are listed.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { bodyOf, v1 } from '../../api/client.ts'
import { refresh } from '../../api/queries.ts'
import { useCan, type Permission } from '../../session/me.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { TextField } from '../../ui/fields.tsx'
import { count, counted } from '../../ui/figures.ts'
import { listOf } from '../../key-form/texts.ts'

interface Selected {
  readonly id: string
  readonly name: string
  readonly tags: readonly string[]
}

interface BulkBarProps {
  readonly keys: readonly Selected[]
  /** Called with the keys that are still to be dealt with. */
  readonly select: (ids: ReadonlySet<string>) => void
}

type Verb = 'disable' | 'enable' | 'revoke' | 'tag'

const VERBS: Readonly<Record<Verb, { label: string; permission: Permission; about: string }>> = {
  disable: {
    label: 'Disable',
    permission: 'keys:revoke',
    about: 'They are refused until they are enabled again.',
  },
  enable: { label: 'Enable', permission: 'keys:write', about: 'Those that were disabled pass again.' },
  tag: {
    label: 'Add tags',
    permission: 'keys:write',
    about: 'The tags are added to those that the keys have.',
  },
  revoke: {
    label: 'Revoke',
    permission: 'keys:revoke',
    about: 'They are refused for good. A revocation can be taken back within 7 days.',
  },
}
const ORDER: readonly Verb[] = ['disable', 'enable', 'tag', 'revoke']

export function BulkBar({ keys, select }: BulkBarProps) {
  const can = useCan()
  const [verb, setVerb] = useState<Verb | null>(null)
  const [tags, setTags] = useState('')
  const run = useMutation({
    mutationFn: async (wanted: Verb) => {
      const body = {
        action: wanted === 'tag' ? ('update' as const) : wanted,
        items: itemsOf(wanted, keys, listOf(tags)),
      }
      const { results } = await bodyOf(v1.keys.bulk.$post({ json: body, query: {} }))
      return results.map(({ index, problem }) => ({ key: keys[index], problem }))
    },
    onSuccess: async (results) => {
      setVerb(null)
      const failed = results.filter(({ problem }) => problem !== undefined)
      select(new Set(failed.flatMap(({ key }) => (key === undefined ? [] : [key.id]))))
      await refresh()
    },
  })
  const failed = (run.data ?? []).filter(({ problem }) => problem !== undefined)
  const chosen = verb === null ? null : VERBS[verb]
  return (
    <section aria-label="Selected keys" className="flex flex-col gap-3">
      {keys.length > 0 && (
        <div className="flex flex-wrap items-center gap-2 rounded-xl bg-kumo-tint p-3">
          <p className="mr-auto font-medium" role="status">
            {count(keys.length)} selected
          </p>
          {ORDER.filter((name) => can(VERBS[name].permission)).map((name) => (
            <Button
              key={name}
              variant={name === 'revoke' ? 'secondary-destructive' : 'secondary'}
              onClick={() => {
                run.reset()
                setVerb(name)
              }}
            >
              {VERBS[name].label}
            </Button>
          ))}
          <Button variant="ghost" onClick={() => select(new Set())}>
            Clear selection
          </Button>
        </div>
      )}
      {run.isSuccess && (
        <div role="status">
          <Banner
            variant={failed.length === 0 ? 'success' : 'alert'}
            title={`Done for ${count(run.data.length - failed.length)} of ${count(run.data.length)} keys`}
            description={
              failed.length > 0 && (
                <ul className="list-disc pl-5">
                  {failed.map(({ key, problem }) => (
                    <li key={key?.id} dir="auto">
                      {key?.name}: {problem?.detail}
                    </li>
                  ))}
                </ul>
              )
            }
          />
        </div>
      )}
      <Confirm
        title={`${chosen?.label ?? ''} ${counted(keys.length, 'key')}?`}
        description={chosen?.about}
        action={`${chosen?.label ?? ''} ${counted(keys.length, 'key')}`}
        {...(verb === 'revoke' ? { typed: `revoke ${keys.length}` } : {})}
        isOpen={verb !== null}
        close={() => setVerb(null)}
        confirm={() => {
          if (verb !== null) run.mutate(verb)
        }}
        isPending={run.isPending}
        error={run.error}
      >
        {verb === 'tag' && (
          <TextField label="Tags" help="With commas between them." value={tags} change={setTags} required />
        )}
      </Confirm>
    </section>
  )
}

function itemsOf(verb: Verb, keys: readonly Selected[], tags: readonly string[]): Record<string, unknown>[] {
  return keys.map(({ id, tags: before }) =>
    verb === 'tag' ? { id, tags: [...new Set([...before, ...tags])] } : { id },
  )
}
