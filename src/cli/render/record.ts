import { Chalk } from 'chalk';
import type { EventRecord } from '../../control/index.js';
import { visible } from '../../domain/visible.js';
import { machineTimeZone } from '../../schedules/index.js';
import { plainText } from '../../sinks/index.js';
import { localTime } from './firings.js';

/** Puts records of the log into lines for a person: the local time, whose it is, what happened; the date on a line of its own when it changes. */
export function renderRecord(color: boolean): (record: EventRecord) => readonly string[] {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const zone = machineTimeZone();
  let lastDate = '';
  return (record): string[] => {
    const [weekday = '', day = '', time = ''] = localTime(Date.parse(record.timestamp), zone).split(' ');
    const date = `${weekday} ${day}`;
    const rule = date === lastDate ? '' : chalk.dim(`── ${date} ${'─'.repeat(40)}`);
    lastDate = date;
    const isOutput = record.event === 'run.output';
    const text = isOutput
      ? `${visible(String(record['task_name']))} ${chalk.dim('│')} ${plainText(String(record['line']))}`
      : visible(record.msg);
    const paint =
      record.level === 'error' ? chalk.red : record.level === 'warn' ? chalk.yellow : (same: string) => same;
    return [...(rule === '' ? [] : [rule]), `${chalk.dim(time.slice(0, 8))} ${paint(text)}`];
  };
}
