// Computes the chain of hashes anew, as far as it goes: an event that was changed, taken out or put in breaks it.
import { useMutation } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { useState } from 'react'
import { bodyOf, v1 } from '../api/client.ts'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { count } from '../ui/figures.ts'
import { Section } from '../ui/page.tsx'
import { Failure } from '../ui/states.tsx'

type Report = InferResponseType<(typeof v1)['audit-events']['verify']['$post'], 200>

/** @param organizationId of which chain; without it the caller's own, or the platform's */
export function Verification({ organizationId }: { readonly organizationId: string | undefined }) {
  const [checked, setChecked] = useState(0)
  const verify = useMutation({
    mutationFn: async (): Promise<Report> => {
      setChecked(0)
      let total = 0
      let report = await ask(organizationId, null)
      // A long chain takes several calls; each goes on where the one before it ended.
      for (;;) {
        total += report.checked
        setChecked(total)
        if (report.complete || !report.intact) return { ...report, checked: total }
        report = await ask(organizationId, report.head)
      }
    },
  })
  return (
    <Section
      title="Verification"
      description="Whether an event was changed, taken out or put in since it was written."
      actions={
        <Button loading={verify.isPending} onClick={() => verify.mutate()}>
          Verify the trail
        </Button>
      }
    >
      <div role="status">
        {verify.isPending && <p>{count(checked)} events are checked.</p>}
        {verify.data !== undefined && <Result report={verify.data} />}
        {!verify.isPending && verify.data === undefined && verify.error === null && (
          <p className="text-kumo-subtle">
            {organizationId === undefined
              ? 'Of your own organization, or of the platform itself.'
              : 'Of the organization that is chosen above.'}
          </p>
        )}
      </div>
      {verify.error !== null && <Failure error={verify.error} />}
    </Section>
  )
}

function Result({ report }: { readonly report: Report }) {
  if (report.breach === null)
    return (
      <Banner
        variant="success"
        title={`The trail is whole: ${count(report.checked)} events`}
        description={
          <>
            The last one is number {count(report.head.seq)},{' '}
            <code className="break-all">{report.head.hash}</code>. Keep this hash elsewhere: then even a trail
            that was written anew as a whole is found out.
          </>
        }
      />
    )
  return (
    <Banner
      variant="error"
      title={`The trail does not hold at number ${count(report.breach.seq)}`}
      description={`${report.breach.kind.replaceAll('_', ' ')}. Somebody with access to the database has changed it, or it was restored. Compare it with an export.`}
    />
  )
}

async function ask(organizationId: string | undefined, after: Report['head'] | null): Promise<Report> {
  const json = {
    ...(organizationId === undefined ? {} : { organization_id: organizationId }),
    ...(after === null ? {} : { after }),
  }
  return bodyOf(v1['audit-events'].verify.$post({ json }))
}
