UPDATE public._orm_migrations SET error = NULL WHERE state = 'partial'
