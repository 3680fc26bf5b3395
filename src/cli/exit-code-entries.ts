/** What the exit codes mean. Used only by the reference. */
export const EXIT_CODES: Readonly<Record<string, string>> = {
  '0': 'Done. Of `start`: every timer is finished, or it was stopped.',
  '1': 'The operation failed, the timer file is invalid, or no scheduler is running.',
  '2': 'Wrong usage: an unknown command, option, timer or value.',
  '124': 'Of `run` and `trigger --wait`: the run timed out.',
  '126': 'Of `run` and `trigger --wait`: the command could not be executed.',
  '127': 'Of `run` and `trigger --wait`: the command was not found.',
  '128 + N': 'Of `run` and `trigger --wait`: signal N ended the command, such as 143 for SIGTERM.',
  '141': 'Of `trigger --wait`: the reader of standard output is gone.',
};
