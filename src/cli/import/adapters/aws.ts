// Amazon API Gateway: its file of API keys (name, key, description, Enabled, usageplanIds; any order, any case), and the answer of
// `aws apigateway get-api-keys --include-values`.
import { ok } from '../../../result.ts'
import { refused, type Adapter } from '../adapter.ts'
import { fit, present, tagsOf } from '../fitting.ts'
import { listOf } from '../../json.ts'
import { flagOf, objectOf, pick, pickText, recordOf } from '../values.ts'

export const aws: Adapter = {
  title: 'AWS API Gateway',
  lists: ['items'],
  text: 'csv',
  read: (given) => {
    const record = recordOf(given)
    const text = pickText(record, 'key', 'value')
    if (text === null) return refused({ code: 'no_key' })
    const enabled = pick(record, 'enabled')
    const { fields, dropped } = fit({
      name: pickText(record, 'name'),
      externalId: pickText(record, 'id'),
      tags: tagsOf(objectOf(pick(record, 'tags')) ?? {}),
      metadata: present({
        description: pickText(record, 'description'),
        customer: pickText(record, 'customerid'),
      }),
    })
    const plans = pick(record, 'usageplanids')
    const hasStages = listOf(pick(record, 'stagekeys') ?? undefined).length > 0
    const left = [...(plans === null ? [] : ['usage plans']), ...(hasStages ? ['stages'] : [])]
    return [
      ok({
        secret: { kind: 'plaintext', text },
        fields,
        // AWS takes a key without the column as enabled.
        disabled: enabled !== null && flagOf(enabled) === false,
        dropped: [...dropped, ...left],
      }),
    ]
  },
}
