package services

import (
	"context"
	"errors"
)

func (r *Resolver) offersContainer(_ context.Context, s service) error {
	return errors.New("this kata has no docker source of " + s.name)
}

func (r *Resolver) byContainer(_ context.Context, s service) (answer, error) {
	return answer{}, errors.New("this kata has no docker source of " + s.name)
}
