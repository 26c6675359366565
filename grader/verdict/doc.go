// Package verdict decides what a run of hidden tests proved.
//
// It owns the format of the sealed event stream, the rules by which a stream
// and the way the process died become a Result, the texts that are made of
// untrusted output, the verdict cache's key and the results document. It is
// pure: it must never know a process, a file, a terminal or the rest of kata,
// so that a recorded run can be judged again anywhere.
package verdict
