// Sends one request to an upstream, and says whether it answers.
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { bodyOf, v1 } from '../api/client.ts'
import { Banner } from '../ui/banner.tsx'
import { TextField } from '../ui/fields.tsx'
import { milliseconds } from '../ui/figures.ts'
import { SubmitForm } from '../ui/submit-form.tsx'

interface UpstreamCheckProps {
  readonly id: string
  /** Asked as soon as it is shown. */
  readonly isEager?: true
}

export function UpstreamCheck({ id, isEager }: UpstreamCheckProps) {
  const [path, setPath] = useState('/')
  const test = useMutation({
    mutationFn: () =>
      bodyOf(v1.upstreams[':id'].test.$post({ param: { id }, json: { method: 'GET', path } })),
  })
  const ask = test.mutate
  useEffect(() => {
    if (isEager) ask()
  }, [isEager, ask])
  return (
    <SubmitForm
      action="Test upstream"
      submit={() => test.mutate()}
      isPending={test.isPending}
      error={test.error}
      pointers={['/path']}
    >
      <TextField
        label="Path to ask for"
        value={path}
        change={setPath}
        required
        pointer="/path"
        error={test.error}
      />
      <div role="status">
        {test.data !== undefined && (
          <Banner
            variant={test.data.reached ? 'success' : 'error'}
            title={test.data.detail}
            description={`After ${milliseconds(test.data.duration_ms)}.`}
          />
        )}
      </div>
    </SubmitForm>
  )
}
