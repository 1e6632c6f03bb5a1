// The fields of one limit and of one quota.
import { Button } from '../ui/button.tsx'
import { Choice, TextField } from '../ui/fields.tsx'
import {
  ALGORITHMS,
  ENFORCEMENTS,
  OUTAGES,
  PERIODS,
  pick,
  SUBJECTS,
  type Limit,
  type Quota,
} from './draft.ts'

interface RowProps<T> {
  readonly value: T
  readonly change: (value: T) => void
  readonly remove: () => void
  /** Of this row in the body: `/limits/0`. */
  readonly pointer: string
  readonly error: Error | null
}

export function LimitFields({ value, change, remove, pointer, error }: RowProps<Limit>) {
  return (
    <fieldset className="rounded-xl p-4 ring ring-kumo-line">
      <legend className="px-1 font-medium">Limit {value.name}</legend>
      <div className="grid gap-3 sm:grid-cols-2">
        <CommonFields value={value} change={change} pointer={pointer} error={error} />
        <TextField
          type="number"
          min={1}
          label="Period, seconds"
          value={String(value.period_seconds)}
          change={(text) => change({ ...value, period_seconds: Number(text) })}
          pointer={`${pointer}/period_seconds`}
          error={error}
          required
        />
        <TextField
          type="number"
          min={1}
          label="Burst"
          help="How much may pass at once. Empty: the limit."
          value={value.burst === null ? '' : String(value.burst)}
          change={(text) => change({ ...value, burst: text === '' ? null : Number(text) })}
          pointer={`${pointer}/burst`}
          error={error}
        />
        <Choice
          label="Algorithm"
          value={value.algorithm}
          change={(text) => change({ ...value, algorithm: pick(ALGORITHMS, text) })}
          options={ALGORITHMS}
          pointer={`${pointer}/algorithm`}
          error={error}
        />
      </div>
      <Button className="mt-3" onClick={remove}>
        Remove limit
      </Button>
    </fieldset>
  )
}

export function QuotaFields({ value, change, remove, pointer, error }: RowProps<Quota>) {
  return (
    <fieldset className="rounded-xl p-4 ring ring-kumo-line">
      <legend className="px-1 font-medium">Quota {value.name}</legend>
      <div className="grid gap-3 sm:grid-cols-2">
        <CommonFields value={value} change={change} pointer={pointer} error={error} />
        <Choice
          label="Period"
          value={value.period}
          change={(text) => change({ ...value, period: pick(PERIODS, text) })}
          options={PERIODS}
          pointer={`${pointer}/period`}
          error={error}
        />
        <TextField
          type="number"
          min={1}
          label="Warn from, percent"
          help="Empty: never."
          value={value.warn_at === null ? '' : String(value.warn_at)}
          change={(text) => change({ ...value, warn_at: text === '' ? null : Number(text) })}
          pointer={`${pointer}/warn_at`}
          error={error}
        />
      </div>
      <Button className="mt-3" onClick={remove}>
        Remove quota
      </Button>
    </fieldset>
  )
}

function CommonFields<T extends Limit | Quota>({
  value,
  change,
  pointer,
  error,
}: Omit<RowProps<T>, 'remove'>) {
  return (
    <>
      <TextField
        label="Name"
        help="a-z, 0-9, _ and -. It stands in the RateLimit headers."
        value={value.name}
        change={(name) => change({ ...value, name })}
        pointer={`${pointer}/name`}
        error={error}
        required
      />
      <TextField
        type="number"
        min={0}
        label="Requests"
        help="0 blocks everything."
        value={String(value.limit)}
        change={(text) => change({ ...value, limit: Number(text) })}
        pointer={`${pointer}/limit`}
        error={error}
        required
      />
      <Choice
        label="Whose budget"
        value={value.per}
        change={(text) => change({ ...value, per: pick(SUBJECTS, text) })}
        options={SUBJECTS}
        pointer={`${pointer}/per`}
        error={error}
      />
      <Choice
        label="Enforcement"
        value={value.enforcement}
        change={(text) => change({ ...value, enforcement: pick(ENFORCEMENTS, text) })}
        options={ENFORCEMENTS}
        pointer={`${pointer}/enforcement`}
        error={error}
      />
      <Choice
        label="When the counter cannot be asked"
        value={value.on_outage}
        change={(text) => change({ ...value, on_outage: pick(OUTAGES, text) })}
        options={OUTAGES}
        pointer={`${pointer}/on_outage`}
        error={error}
      />
    </>
  )
}
