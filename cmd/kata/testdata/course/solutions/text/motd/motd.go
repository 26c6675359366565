// Package motd holds the message of the day.
package motd
