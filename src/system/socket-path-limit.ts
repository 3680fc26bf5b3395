/** The longest path of a socket file in bytes: what macOS takes, and Linux (107) too. */
export const LONGEST_SOCKET_PATH = 103;
