// One scheduler works at a time: the one whose session holds the lock.
const { Client } = require("pg");
const { setTimeout: sleep } = require("timers/promises");

async function main() {
  const client = new Client(process.env.DATABASE_URL);
  client.on("error", () => process.exit(1));
  await client.connect();
  while (!(await client.query("SELECT pg_try_advisory_lock(7) AS mine")).rows[0].mine) await sleep(1000);
  for (;;) {
    await client.query("INSERT INTO rounds DEFAULT VALUES");
    await sleep(500);
  }
}

main().catch(() => process.exit(1));
