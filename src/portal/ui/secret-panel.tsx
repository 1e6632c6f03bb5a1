// A secret that is shown once: hidden until somebody wants to see it, copied without being seen, and not left by accident. It lives in
// the state of this part alone: in no address, title, storage or cache.
import { CopyIcon, DownloadSimpleIcon, EyeIcon, EyeSlashIcon } from '@phosphor-icons/react'
import { useState } from 'react'
import { useLeaveGuard } from '../shell/leave-guard.ts'
import { Banner } from './banner.tsx'
import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'
import { curlOf, type Call } from './curl.ts'
import { Input } from './input.tsx'
import { toastDone, toastFailure } from './toasts.ts'

interface SecretPanelProps {
  readonly secret: string
  /** What it is called; the variable of the `.env` line is made of it. */
  readonly name: string
  /** Called once it is stored. */
  readonly done: () => void
  /** What to try it with; the gateway's first page where nothing better is known. */
  readonly call?: Call
  /** It can be shown again: nothing is lost by leaving. */
  readonly isRepeatable?: true
}

const DOTS = '•'.repeat(32)

export function SecretPanel({ secret, name, done, call, isRepeatable }: SecretPanelProps) {
  const [isShown, setShown] = useState(false)
  const [variable, setVariable] = useState(() => variableOf(name))
  useLeaveGuard(isRepeatable ? null : 'The key is shown this once. Leave without having stored it?')
  const line = `${variable}=${secret}\n`
  return (
    <section aria-label="The key" className="flex flex-col gap-4">
      {!isRepeatable && (
        <Banner
          variant="alert"
          title="Store this key now"
          description="It is shown this once: only a hash of it is kept. If it is lost, rotate the key."
        />
      )}
      <p className="overflow-x-auto rounded-lg bg-kumo-tint p-3 font-mono break-all" aria-live="polite">
        {isShown ? <span>{secret}</span> : <span aria-label="Hidden">{DOTS}</span>}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button variant="primary" icon={<CopyIcon aria-hidden="true" />} onClick={() => void copy(secret)}>
          Copy key
        </Button>
        <Button
          icon={isShown ? <EyeSlashIcon aria-hidden="true" /> : <EyeIcon aria-hidden="true" />}
          onClick={() => setShown(!isShown)}
        >
          {isShown ? 'Hide key' : 'Reveal key'}
        </Button>
      </div>
      <div className="flex flex-wrap items-end gap-2">
        <div className="min-w-48 flex-1">
          <Input
            label="Variable in the .env file"
            value={variable}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setVariable(variableOf(event.target.value))}
          />
        </div>
        <Button
          icon={<DownloadSimpleIcon aria-hidden="true" />}
          onClick={() => download(line, `${variable.toLowerCase()}.env`)}
        >
          Download .env
        </Button>
      </div>
      <Attempt variable={variable} call={call ?? { method: 'GET', url: `${location.origin}/` }} />
      <Button className="self-start" onClick={done}>
        {isRepeatable ? 'Close' : 'I have stored it'}
      </Button>
    </section>
  )
}

function Attempt({ variable, call }: { readonly variable: string; readonly call: Call }) {
  const command = curlOf(call, variable)
  return (
    <div>
      <p className="font-medium">Try it, with the variable set</p>
      <div className="flex items-center gap-2">
        <code
          className="min-w-0 flex-1 overflow-x-auto rounded-lg bg-kumo-tint p-2 text-sm whitespace-pre"
          tabIndex={0}
        >
          {command}
        </code>
        <CopyButton text={command} what="command" />
      </div>
    </div>
  )
}

async function copy(secret: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(secret)
    toastDone('Copied the key')
  } catch {
    toastFailure(
      new Error('The browser does not let this page use the clipboard. Reveal the key and copy it by hand.'),
    )
  }
}

function download(text: string, file: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = file
  link.click()
  URL.revokeObjectURL(url)
}

/** What every shell takes as the name of a variable. */
function variableOf(name: string): string {
  const text = name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9_]+/g, '_')
    .replaceAll(/^_+(?=.)|(?<=.)_+$/g, '')
    .slice(0, 64)
  return /^[A-Z_]/.test(text) ? text : `KEY_${text}`
}
