/**
 * Runs something once the present turn of the event loop is over. What was given in one turn runs one behind the other, so that what it
 * sends to Redis is one write.
 */
export function endOfTurn(): (run: () => void) => void {
  let waiting: (() => void)[] = [];
  return (run) => {
    waiting.push(run);
    if (waiting.length > 1) return;
    setImmediate(() => {
      const due = waiting;
      waiting = [];
      for (const each of due) each();
    });
  };
}
