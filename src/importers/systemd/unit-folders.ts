/**
 * Where systemd looks for units, in the order of systemd.unit(5). A file replaces files of the same name in later
 * folders.
 */
const FOLDERS = [
  /(?:^|\/)\.config\/systemd\//,
  /(?:^|\/)etc\/systemd\//,
  /(?:^|\/)run\/systemd\//,
  /(?:^|\/)\.local\/share\/systemd\//,
  /(?:^|\/)usr\/local\/lib\/systemd\//,
  /(?:^|\/)lib\/systemd\//,
];

/** Returns the position of a path in the order of systemd's folders, from 0; the same number for all other paths. */
export function folderRank(path: string): number {
  const rank = FOLDERS.findIndex((folder) => folder.test(path));
  return rank === -1 ? FOLDERS.length : rank;
}

/** Whether systemd uses one path instead of another with the same name. */
export const replacesInSystemd = (path: string, other: string): boolean =>
  folderRank(path) < folderRank(other) && folderRank(other) < FOLDERS.length;
