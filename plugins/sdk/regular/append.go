package regular

import "os"

// Append opens a regular file for writing at its end, and makes it with perm where
// there is none. Unlike [Open] it refuses a link, which may lead out of the project.
func Append(path string, perm os.FileMode) (*os.File, error) {
	if info, err := os.Lstat(path); err == nil {
		if err := check(path, info); err != nil {
			return nil, err
		}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND|nonblock|nofollow, perm)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		err = check(path, info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
