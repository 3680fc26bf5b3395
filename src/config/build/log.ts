import type { LogFileSettings } from '../../domain/log-file.js';
import type { FileValues } from '../check/schema.js';
import type { Paths } from './check-paths.js';
import type { MapReport } from './map-report.js';

const MAX_SIZE = 50_000_000;
const KEEP = 5;

/** Builds `log`. */
export function buildLog(
  { file, max_size: maxSize = MAX_SIZE, keep = KEEP }: NonNullable<FileValues['log']>,
  report: MapReport,
  paths: Paths,
): LogFileSettings {
  const path = paths.appendedFile({ key: 'log', file, isRotated: maxSize !== false }, report);
  return { path, keep, ...(maxSize !== false && { maxSize }) };
}
