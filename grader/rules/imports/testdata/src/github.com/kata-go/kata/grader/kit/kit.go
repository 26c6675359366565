// Package kit stands for the grader's.
package kit
