// What would become of a request, step by step, and what would let it pass. Nothing is sent and nothing is charged.
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'wouter'
import { bodyOf, v1 } from '../api/client.ts'
import { Explanation } from '../routing/explanation.tsx'
import { askedOf, questionOf, searchOf, type Asked } from '../routing/question.ts'
import { Choice, TextField } from '../ui/fields.tsx'
import { Page, Section } from '../ui/page.tsx'
import { SubmitForm } from '../ui/submit-form.tsx'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'].map((value) => ({
  value,
  label: value,
}))

const POINTERS = ['/url', '/headers', '/key_id', '/key', '/address', '/country', '/request_id']

export default function ExplainPage() {
  const [search, setSearch] = useSearchParams()
  const [asked, setAsked] = useState(() => askedOf(search, location.origin))
  const [unkept, setUnkept] = useState({ key: '', headers: '' })
  const explain = useMutation({
    mutationFn: () => bodyOf(v1.routes.explain.$post({ json: questionOf(asked, unkept) })),
    gcTime: 0,
  })
  // A link that names a whole request needs no button.
  const [isLinked] = useState(() => search.has('request_id') || search.has('key_id'))
  const ask = explain.mutate
  useEffect(() => {
    if (isLinked) ask()
  }, [isLinked, ask])
  // The form is longer than a screen: what is said comes into sight.
  const said = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (explain.data !== undefined) said.current?.scrollIntoView({ block: 'start' })
  }, [explain.data])
  const change = (part: Partial<Asked>) => setAsked({ ...asked, ...part })
  const submit = () => {
    setSearch(searchOf(asked), { replace: true })
    ask()
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
          pointers={POINTERS}
        >
          <TextField
            label="Id of a request that was refused"
            help="From the answer or the list of refusals. With it nothing else is asked."
            value={asked.request_id}
            change={(value) => change({ request_id: value })}
            pointer="/request_id"
            {...field}
          />
          {asked.request_id === '' && (
            <>
              <Choice
                label="Method"
                value={asked.method}
                change={(value) => change({ method: value })}
                options={METHODS}
              />
              <TextField
                type="url"
                label="Address"
                value={asked.url}
                change={(value) => change({ url: value })}
                required
                help="Its query is asked about, and not kept in the address of this page."
                pointer="/url"
                {...field}
              />
              <TextField
                label="Id of a key"
                value={asked.key_id}
                change={(value) => change({ key_id: value })}
                pointer="/key_id"
                {...field}
              />
              {asked.key_id === '' && (
                <TextField
                  type="password"
                  label="Or the key itself"
                  help="It is looked at once, and kept nowhere."
                  value={unkept.key}
                  change={(key) => setUnkept({ ...unkept, key })}
                  pointer="/key"
                  {...field}
                />
              )}
              <TextField
                isMultiline
                label="Headers"
                help="One a line, such as Origin: https://app.example.com. They are kept nowhere."
                value={unkept.headers}
                change={(headers) => setUnkept({ ...unkept, headers })}
                pointer="/headers"
                {...field}
              />
              <TextField
                label="From address"
                value={asked.address}
                change={(value) => change({ address: value })}
                pointer="/address"
                {...field}
              />
              <TextField
                label="From country"
                maxLength={2}
                value={asked.country}
                change={(value) => change({ country: value.toUpperCase() })}
                pointer="/country"
                {...field}
              />
            </>
          )}
        </SubmitForm>
      </Section>
      <div ref={said} aria-live="polite" className="scroll-mt-20">
        {explain.data !== undefined && <Explanation found={explain.data} />}
      </div>
    </Page>
  )
}
