// The course of an import: look through the file, say what becomes of it, send it, and say what became of it.
import { writeFile } from 'node:fs/promises'
import { confirm, printJson, tell, type Context } from '../context.ts'
import { CliError, Outcome } from '../exit.ts'
import { showProgress } from '../progress.ts'
import { print } from '../terminal.ts'
import { judgedOf, type Judged } from './judged.ts'
import type { Common } from './judgement.ts'
import { NO_JOURNAL, openJournal, readJournal, type Journal } from './journal.ts'
import { commonOf, mannerOf, type ImportOptions } from './options.ts'
import type { Proposal } from './proposal.ts'
import { adviceOn, formatsOf } from './formats.ts'
import { refusedLines, refusedOf, renderReport, reportJson } from './report.ts'
import { send, type Sent } from './sending.ts'
import { fingerprint, openSource, type Source } from './source.ts'
import { survey, type Survey } from './survey.ts'

/** @param file `-` is standard input. @throws CliError, Outcome */
export async function importKeys(context: Context, options: ImportOptions, file: string): Promise<void> {
  const manner = mannerOf(options)
  const source = await openSource(context.terminal, file)
  const { formats, proposal } = await formatsOf(source, manner, options)
  const common = commonOf(options, formats)
  const found = await lookThrough(context, judgedOf(source, manner, common))
  if (options.dryRun === true) return conclude(context, options, found, null, proposal)
  if (options.strict === true && found.refused.length > 0) {
    await show(context, options, found, null)
    throw new CliError('usage', `${found.refused.length} lines are refused. Nothing was sent.`)
  }
  await keepReport(options, '')
  const sent = await sendAll(context, options, source, () => judgedOf(source, manner, common), found, common)
  return conclude(context, options, found, sent, null)
}

async function lookThrough(context: Context, judged: AsyncIterable<Judged>): Promise<Survey> {
  const progress = showProgress(context.terminal, 'keys read', null)
  try {
    return await survey(judged, progress.update)
  } finally {
    progress.end()
  }
}

async function sendAll(
  context: Context,
  options: ImportOptions,
  source: Source,
  judged: () => AsyncIterable<Judged>,
  found: Survey,
  common: Common,
): Promise<Sent> {
  const api = await context.api()
  const { from, map, hash, encoding, pepperId } = options
  const decisions = JSON.stringify([api.url, from, map, hash, encoding, pepperId, common])
  const journal = await journalOf(context, options, source, decisions)
  const progress = showProgress(context.terminal, 'keys', found.importable)
  try {
    const sent = await send(api, judged(), journal, progress.update)
    await journal.remove()
    return sent
  } catch (error) {
    if (!(error instanceof CliError) || journal === NO_JOURNAL) throw error
    throw new CliError(error.exit, error.message, [
      ...error.hints,
      'What was answered is kept: the same command goes on from there.',
    ])
  } finally {
    progress.end()
  }
}

async function journalOf(
  context: Context,
  options: ImportOptions,
  source: Source,
  decisions: string,
): Promise<Journal> {
  const path = options.state ?? (source.path === null ? null : `${source.path}.latchkey-import.json`)
  if (path === null) return NO_JOURNAL
  const mark = await fingerprint(source, decisions)
  const kept = await readJournal(path)
  if (kept === null || kept.fingerprint === mark) {
    if (kept !== null) tell(context, `Goes on behind ${kept.answered.size} batches that were answered.`)
    return openJournal(path, mark, kept)
  }
  await confirm(
    context,
    `${source.name}, or how it is read, was changed since it was begun: it is sent from its start.`,
  )
  return openJournal(path, mark, null)
}

async function conclude(
  context: Context,
  options: ImportOptions,
  found: Survey,
  sent: Sent | null,
  proposal: Proposal | null,
): Promise<void> {
  await show(context, options, found, sent)
  if (proposal !== null) for (const line of adviceOn(proposal)) tell(context, line)
  if (sent !== null && sent.effectiveBy !== null) tell(context, `In force everywhere by ${sent.effectiveBy}.`)
  if (refusedOf(found, sent).length > 0) throw new Outcome('failed')
}

async function show(
  context: Context,
  options: ImportOptions,
  found: Survey,
  sent: Sent | null,
): Promise<void> {
  await keepReport(options, refusedLines(found, sent))
  if (options.json === true) return printJson(context.terminal, reportJson(found, sent))
  if (options.quiet !== true) print(context.terminal, renderReport(found, sent))
}

/** Also before anything is sent: whether it can be written must not be found out at the end. */
async function keepReport({ report }: ImportOptions, text: string): Promise<void> {
  if (report === undefined) return
  await writeFile(report, text, { mode: 0o600 }).catch(() => {
    throw new CliError('usage', `Cannot write ${report}.`)
  })
}
