/** What the exit codes mean. Only the reference contains these texts. */
export const EXIT_CODES: Readonly<Record<string, string>> = {
  '0': 'Success. `start`: every timer has finished, or it was stopped.',
  '1': 'The operation failed, the output cannot be written, the timer file is invalid, or no scheduler is running. `run` and `trigger --wait`: also a run that failed with exit code 0.',
  '2': 'Wrong usage: an unknown command, option, timer or value.',
  '124': '`run` and `trigger --wait`: the run timed out.',
  '126': '`run` and `trigger --wait`: the command could not be executed.',
  '127': '`run` and `trigger --wait`: the command was not found.',
  '128 + N': '`run` and `trigger --wait`: signal N ended the command; for example, 143 for SIGTERM.',
  '141': '`trigger --wait`: the reader of standard output has exited.',
};
