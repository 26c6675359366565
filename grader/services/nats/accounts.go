package main

import (
	"sync"

	"github.com/nats-io/nats-server/v2/server"
)

// gate lets in everybody who has a name, each name into an account of its own.
type gate struct {
	server *server.Server
	mu     sync.Mutex
}

// Check is server.Authentication.
func (g *gate) Check(c server.ClientAuthentication) bool {
	name := c.GetOpts().Username
	if name == "" {
		return false
	}
	account, err := g.account(name)
	if err != nil {
		return false
	}
	c.RegisterUser(&server.User{Username: name, Account: account})
	return true
}

// account returns the account called name with JetStream in it.
func (g *gate) account(name string) (*server.Account, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	account, fresh := g.server.LookupOrRegisterAccount(name)
	if !fresh {
		return account, nil
	}
	none := server.JetStreamAccountLimits{MaxMemory: -1, MaxStore: -1, MaxStreams: -1, MaxConsumers: -1, MaxAckPending: -1}
	return account, account.EnableJetStream(map[string]server.JetStreamAccountLimits{"": none}, nil)
}
