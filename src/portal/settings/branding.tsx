// How customers see the portal: the name of the API, its logo, its accent; and the success rate that is aimed at.
import { useMutation } from '@tanstack/react-query'
import { useState, type ChangeEvent } from 'react'
import { bodyOf, v1 } from '../api/client.ts'
import { refresh } from '../api/queries.ts'
import { accentOf } from '../session/accent.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/fields.tsx'
import { Input } from '../ui/input.tsx'
import { SubmitForm } from '../ui/submit-form.tsx'
import { toastDone, toastFailure } from '../ui/toasts.ts'

interface Portal {
  readonly name: string | null
  readonly logo: string | null
  readonly accent: string | null
  readonly success_target: number
}

const DEFAULT_ACCENT = '#1d4ed8'

export function Branding({ portal }: { readonly portal: Portal }) {
  const [name, setName] = useState(portal.name ?? '')
  const [logo, setLogo] = useState(portal.logo)
  const [accent, setAccent] = useState(portal.accent)
  const [target, setTarget] = useState(String(portal.success_target * 100))
  const save = useMutation({
    mutationFn: () =>
      bodyOf(
        v1.settings.$patch({
          query: {},
          json: {
            portal: {
              name: name.trim() === '' ? null : name.trim(),
              logo,
              accent,
              success_target: Number(target) / 100,
            },
          },
        }),
      ),
    onSuccess: async () => {
      toastDone('Saved the branding')
      await refresh()
    },
  })
  const choose = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0]
    if (file === undefined) return
    try {
      setLogo(await dataUrlOf(file))
    } catch (error) {
      toastFailure(error)
    }
  }
  const field = { error: save.error }
  return (
    <SubmitForm
      action="Save branding"
      submit={() => save.mutate()}
      isPending={save.isPending}
      error={save.error}
      pointers={['/portal/name', '/portal/logo', '/portal/accent', '/portal/success_target']}
    >
      <TextField
        label="Name of your API"
        help="Customers see it in place of Latchkey."
        value={name}
        change={setName}
        maxLength={64}
        pointer="/portal/name"
        {...field}
      />
      <div className="flex flex-wrap items-end gap-3">
        <Input
          type="file"
          accept="image/png,image/svg+xml,image/webp"
          label="Logo"
          description="A PNG, WebP or SVG of 32 KB at most."
          onChange={(event) => void choose(event)}
          className="py-1"
        />
        {logo !== null && (
          <>
            <img src={logo} alt="The logo as it will be shown" className="size-10 object-contain" />
            <Button onClick={() => setLogo(null)}>Remove logo</Button>
          </>
        )}
      </div>
      <div className="flex flex-wrap items-end gap-3">
        <div className="w-32">
          <Input
            type="color"
            label="Accent"
            value={accent ?? DEFAULT_ACCENT}
            onChange={(event) => setAccent(event.target.value)}
            className="p-1"
          />
        </div>
        <Preview accent={accent ?? DEFAULT_ACCENT} />
        {accent !== null && <Button onClick={() => setAccent(null)}>Use the default</Button>}
      </div>
      <TextField
        type="number"
        label="Success rate that is aimed at, percent"
        value={target}
        change={setTarget}
        step="any"
        min={50}
        required
        pointer="/portal/success_target"
        {...field}
      />
    </SubmitForm>
  )
}

/** As it will be: darker or lighter where it could not be read. */
function Preview({ accent }: { readonly accent: string }) {
  const colors = accentOf(accent)
  return (
    <span
      className="inline-flex h-9 items-center rounded-lg px-3"
      style={{ background: colors['--portal-accent'], color: colors['--portal-on-accent'] }}
    >
      Preview
    </span>
  )
}

function dataUrlOf(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => resolve(typeof reader.result === 'string' ? reader.result : ''))
    reader.addEventListener('error', () => reject(new Error('The file could not be read.')))
    reader.readAsDataURL(file)
  })
}
