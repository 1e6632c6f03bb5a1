// CPU time of a child process, from Linux's /proc. Where there is none the answer is null, never a guess.
import { readdirSync, readFileSync } from 'node:fs'

/** Linux reports process times in USER_HZ, which is 100 on every architecture that Node runs on (proc(5)). */
const MS_PER_TICK = 10

interface Stat {
  readonly name: string
  readonly parent: number
  /** User and system time of all threads, milliseconds. */
  readonly cpuMs: number
}

/** The children of this process that have this name; empty where there is no /proc. */
export function childrenNamed(name: string): readonly number[] {
  return processes().filter((pid) => {
    const stat = readStat(pid)
    return stat !== null && stat.name === name && stat.parent === process.pid
  })
}

/** CPU time that a process has used so far, milliseconds; null where it cannot be read. */
export function cpuMsOf(pid: number): number | null {
  return readStat(pid)?.cpuMs ?? null
}

function processes(): readonly number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger)
  } catch {
    return []
  }
}

// proc(5): `pid (name) state ppid ... utime stime ...`. A name may hold spaces and parentheses: cut at the last one.
function readStat(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const end = text.lastIndexOf(')')
    const fields = text.slice(end + 2).split(' ')
    const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number)
    if (parent === undefined || user === undefined || system === undefined) return null
    return { name: text.slice(text.indexOf('(') + 1, end), parent, cpuMs: (user + system) * MS_PER_TICK }
  } catch {
    return null // ended between the listing and the reading
  }
}
