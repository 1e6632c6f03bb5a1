// The last step: the command to type, what would become of it, and whether it has arrived.
import { sampleOf } from '../routing/sample.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { curlOf } from '../ui/curl.ts'
import { Section } from '../ui/page.tsx'
import { Arrival } from './arrival.tsx'
import { Rehearsal } from './rehearsal.tsx'

/** As the panel of the first key names it. */
const VARIABLE = 'FIRST_KEY'

interface FirstCallProps {
  readonly route: Parameters<typeof sampleOf>[0]
  readonly keyId: string
}

export function FirstCall({ route, keyId }: FirstCallProps) {
  const sample = sampleOf(route, location.origin)
  const command = curlOf(sample, VARIABLE)
  return (
    <Section title="6. Call your API" description={`With the key in the variable ${VARIABLE} of your shell.`}>
      <div className="flex flex-col gap-4">
        <div className="flex items-center gap-2">
          <code
            className="min-w-0 flex-1 overflow-x-auto rounded-lg bg-kumo-tint p-3 text-sm whitespace-pre"
            tabIndex={0}
          >
            {command}
          </code>
          <CopyButton text={command} what="command" />
        </div>
        <Rehearsal {...sample} keyId={keyId} />
        <Arrival keyId={keyId} />
      </div>
    </Section>
  )
}
