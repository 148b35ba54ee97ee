import type { ClientBase } from 'pg';

/**
 * Runs `work` in a transaction on `client`: commits and gives its result, or rolls back and throws its error.
 * A commit that PostgreSQL turned into a rollback (a statement failed and was swallowed) throws as well.
 */
export async function inTransaction<C extends ClientBase, T>(
  client: C,
  work: (client: C) => Promise<T>,
): Promise<T> {
  await client.query('begin');
  try {
    const result = await work(client);
    const { command } = await client.query('commit');
    if (command !== 'COMMIT') {
      throw new Error('the transaction was rolled back: a statement in it failed and its error was ignored');
    }
    return result;
  } catch (error) {
    // The first error is what the caller must see; a failing rollback means that the connection is gone,
    // and then the server has rolled back by itself.
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}
