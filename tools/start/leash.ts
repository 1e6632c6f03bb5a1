// Loaded into wrangler by `--import`: ends its whole process group when the start that made it has gone. Signals
// reach the children only while that start can still send them; SIGKILL and a crash leave it no time to.
const parent = process.ppid
const SETTLE_MS = 200

// The channel closes too when wrangler has done its work and lets go of it. Only a lost parent changes the parent's
// number, and it does so a moment after the channel has closed.
process.once('disconnect', () => {
  setTimeout(() => {
    if (process.ppid !== parent) process.kill(0, 'SIGKILL')
  }, SETTLE_MS).unref()
})

// The listener alone would keep a finished command alive.
process.channel?.unref()
