// What would become of a request, step by step, and what would let it pass. Nothing is sent and nothing is charged.
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useSearchParams } from 'wouter'
import { bodyOf, v1 } from '../api/client.ts'
import { Explanation } from '../routing/explanation.tsx'
import { Choice, TextField } from '../ui/fields.tsx'
import { Page, Section } from '../ui/page.tsx'
import { SubmitForm } from '../ui/submit-form.tsx'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'].map((value) => ({
  value,
  label: value,
}))
const KEPT = ['method', 'url', 'key_id', 'address', 'country', 'request_id'] as const

export default function ExplainPage() {
  const [search, setSearch] = useSearchParams()
  const [fields, setFields] = useState(() => ({
    method: search.get('method') ?? 'GET',
    url: search.get('url') ?? `${location.origin}/`,
    key_id: search.get('key_id') ?? '',
    address: search.get('address') ?? '',
    country: search.get('country') ?? '',
    request_id: search.get('request_id') ?? '',
  }))
  // A whole key is no part of the address: it leaves this page in the body of one request.
  const [key, setKey] = useState('')
  const explain = useMutation({
    mutationFn: () => bodyOf(v1.routes.explain.$post({ json: questionOf(fields, key) })),
    gcTime: 0,
  })
  const ask = explain.mutate
  const recorded = search.get('request_id')
  // A link to a request that was made needs no button.
  useEffect(() => {
    if (recorded !== null) ask()
  }, [recorded, ask])
  const change = (name: (typeof KEPT)[number], value: string) => setFields({ ...fields, [name]: value })
  const submit = () => {
    const after = new URLSearchParams()
    for (const name of KEPT) if (fields[name] !== '') after.set(name, fields[name])
    setSearch(after, { replace: true })
    explain.mutate()
  }
  const field = { error: explain.error }
  return (
    <Page
      title="Explain a request"
      description="Which route takes it, which rule refuses it, and what would let it pass. Nothing is sent or charged."
    >
      <Section title="The request">
        <SubmitForm
          action="Explain request"
          submit={submit}
          isPending={explain.isPending}
          error={explain.error}
          pointers={['/url', '/key_id', '/key', '/address', '/country', '/request_id']}
        >
          <TextField
            label="Id of a request that was refused"
            help="From the answer or the list of refusals. With it nothing else is asked."
            value={fields.request_id}
            change={(value) => change('request_id', value)}
            pointer="/request_id"
            {...field}
          />
          {fields.request_id === '' && (
            <>
              <Choice
                label="Method"
                value={fields.method}
                change={(value) => change('method', value)}
                options={METHODS}
              />
              <TextField
                type="url"
                label="Address"
                value={fields.url}
                change={(value) => change('url', value)}
                required
                pointer="/url"
                {...field}
              />
              <TextField
                label="Id of a key"
                value={fields.key_id}
                change={(value) => change('key_id', value)}
                pointer="/key_id"
                {...field}
              />
              {fields.key_id === '' && (
                <TextField
                  type="password"
                  label="Or the key itself"
                  help="It is looked at once, and kept nowhere."
                  value={key}
                  change={setKey}
                  pointer="/key"
                  {...field}
                />
              )}
              <TextField
                label="From address"
                value={fields.address}
                change={(value) => change('address', value)}
                pointer="/address"
                {...field}
              />
              <TextField
                label="From country"
                maxLength={2}
                value={fields.country}
                change={(value) => change('country', value.toUpperCase())}
                pointer="/country"
                {...field}
              />
            </>
          )}
        </SubmitForm>
      </Section>
      <div aria-live="polite">{explain.data !== undefined && <Explanation found={explain.data} />}</div>
    </Page>
  )
}

function questionOf(fields: Readonly<Record<(typeof KEPT)[number], string>>, key: string) {
  if (fields.request_id !== '') return { request_id: fields.request_id.trim() }
  const { method, url, key_id: keyId, address, country } = fields
  return {
    method,
    url: url.trim(),
    ...(keyId === '' ? {} : { key_id: keyId.trim() }),
    ...(keyId === '' && key !== '' ? { key: key.trim() } : {}),
    ...(address === '' ? {} : { address: address.trim() }),
    ...(country === '' ? {} : { country: country.trim() }),
  }
}
