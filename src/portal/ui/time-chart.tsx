// Figures over time, drawn; and the same figures as a table for whoever does not see the drawing.
import { useEffect, useRef, useState } from 'react'
import UPlot from 'uplot'
// oxlint-disable-next-line import/no-unassigned-import -- Vite makes a stylesheet of it
import 'uplot/dist/uPlot.min.css'
import { useColors, type ChartColors } from './chart-colors.ts'
import { short } from './figures.ts'
import { exact } from './when.tsx'

export interface Series {
  readonly label: string
  /** One of the colours that both modes have. */
  readonly color: keyof ChartColors['series']
}

export interface Point {
  /** RFC 3339. */
  readonly time: string
  /** In the order of the series; null: nothing was measured. */
  readonly values: readonly (number | null)[]
}

interface TimeChartProps {
  /** What is shown, and of what: "Requests by hour". */
  readonly label: string
  readonly series: readonly Series[]
  readonly points: readonly Point[]
  /** How a figure is written. */
  readonly format: (value: number) => string
  /** Bars for counts, lines for what is measured. */
  readonly kind?: 'bars' | 'lines'
  readonly height?: number
}

export function TimeChart(props: TimeChartProps) {
  const { label, series, points } = props
  const last = points.at(-1)
  return (
    <figure className="flex flex-col gap-2">
      <figcaption className="sr-only">
        {label}. {points.length} points{last === undefined ? '' : `, the last one at ${exact(last.time)}`}.
      </figcaption>
      <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm text-kumo-subtle" aria-hidden="true">
        {series.map(({ label: name, color }) => (
          <li key={name} className="flex items-center gap-1.5">
            <span className={`size-2.5 rounded-sm portal-series-${color}`} />
            {name}
          </li>
        ))}
      </ul>
      <Drawing {...props} />
      <ChartTable {...props} />
    </figure>
  )
}

function Drawing({ series, points, format, kind = 'bars', height = 200 }: TimeChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const colors = useColors()
  // A page that is drawn again with the same figures keeps its chart.
  const shown = JSON.stringify([series, points])
  useEffect(() => {
    const element = place.current
    if (element === null) return undefined
    let plot: UPlot | null = null
    const draw = () => {
      const drawn = kind === 'bars' ? stacked(series, points) : { series, points }
      const data: UPlot.AlignedData = [
        points.map(({ time }) => Date.parse(time) / 1000),
        ...drawn.series.map((_, index) => drawn.points.map(({ values }) => values[index] ?? null)),
      ]
      const size = { width: element.clientWidth, height }
      plot = new UPlot(optionsOf(drawn.series, colors, format, kind, size), data, element)
      resized.observe(element)
    }
    const resized = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height }))
    // A page may have several: each is drawn when it comes near to what is seen.
    const near = new IntersectionObserver(
      (entries) => {
        if (plot === null && entries.some(({ isIntersecting }) => isIntersecting)) draw()
      },
      { rootMargin: '50%' },
    )
    near.observe(element)
    return () => {
      near.disconnect()
      resized.disconnect()
      plot?.destroy()
    }
    // oxlint-disable-next-line react/exhaustive-deps -- `shown` stands for both
  }, [shown, format, kind, height, colors])
  return (
    <div
      ref={place}
      aria-hidden="true"
      className="w-full overflow-hidden"
      // What is below keeps its place when it is drawn.
      style={{ minHeight: height }}
    />
  )
}

function optionsOf(
  series: readonly Series[],
  colors: ChartColors,
  format: (value: number) => string,
  kind: 'bars' | 'lines',
  size: { readonly width: number; readonly height: number },
): UPlot.Options {
  const axis = { stroke: colors.text, grid: { stroke: colors.grid, width: 1 }, ticks: { show: false } }
  const bars = UPlot.paths.bars?.({ size: [0.7, 40] })
  return {
    ...size,
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
    axes: [
      { ...axis, values: (_, splits, __, ___, step) => splits.map((at) => tickOf(at, step)) },
      {
        ...axis,
        size: 56,
        values: (_, splits) => splits.map((value) => (value < 1_000 ? format(value) : short(value))),
      },
    ],
    series: [
      {},
      ...series.map(({ label, color }) => ({
        label,
        stroke: colors.series[color],
        width: 2,
        spanGaps: true,
        points: { show: kind === 'lines' },
        ...(kind === 'bars'
          ? { fill: colors.series[color], ...(bars === undefined ? {} : { paths: bars }) }
          : {}),
      })),
    ],
  }
}

/** Bars on top of each other: the sums first, so that each part is drawn over what it is a part of. */
function stacked(
  series: readonly Series[],
  points: readonly Point[],
): { readonly series: readonly Series[]; readonly points: readonly Point[] } {
  const sumTo = (values: Point['values'], end: number) =>
    values.slice(0, end + 1).reduce<number>((sum, value) => sum + (value ?? 0), 0)
  const last = series.length - 1
  return {
    series: series.toReversed(),
    points: points.map(({ time, values }) => ({
      time,
      values: series.map((_, index) => sumTo(values, last - index)),
    })),
  }
}

const DAY_S = 86_400
const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const HOUR = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })

/** @param at epoch seconds; the first moment of a day is its name */
function tickOf(at: number, step: number): string {
  const time = new Date(at * 1000)
  const isMidnight = time.getHours() === 0 && time.getMinutes() === 0
  return step >= DAY_S || isMidnight ? DAY.format(time) : HOUR.format(time)
}

function ChartTable({ label, series, points, format }: TimeChartProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details className="text-sm" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="w-fit cursor-pointer text-kumo-subtle underline">Show as a table</summary>
      <div
        className="mt-2 max-h-72 overflow-auto"
        role="region"
        aria-label={`${label}, as a table`}
        tabIndex={0}
      >
        <table className="w-full text-left tabular-nums">
          <thead>
            <tr>
              <th scope="col" className="p-1">
                Time
              </th>
              {series.map(({ label: name }) => (
                <th key={name} scope="col" className="p-1 text-right">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {(isOpen ? points : []).map(({ time, values }) => (
              <tr key={time}>
                <th scope="row" className="p-1 font-normal">
                  {exact(time)}
                </th>
                {series.map(({ label: name }, index) => {
                  const value = values[index] ?? null
                  return (
                    <td key={name} className="p-1 text-right">
                      {value === null ? 'not measured' : format(value)}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
