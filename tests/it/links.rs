//! Linking through junction tables with every kind of key: a second link of two rows is never stored.

#[expect(clippy::duplicated_attributes, reason = "the tenant is a column of two foreign keys")]
mod keys;

use std::time::Duration;

use expect_test::expect;
use orm_pg::{adopt, prelude::*, tokio_postgres};

use crate::support::Offline;

/// Models of one shape, which differ in the keys of the junction table.
macro_rules! world {
    ($name:ident, [$($attr:tt)*], { $($field:tt)* }) => {
        pub(crate) mod $name {
            use orm_pg::prelude::*;

            #[derive(Debug, Clone, PartialEq, Model)]
            #[orm(table = "teams", has_many(players: Player, through = Place))]
            pub struct Team {
                #[orm(key)]
                pub id: i64,
            }

            #[derive(Debug, Clone, PartialEq, Model)]
            #[orm(table = "players", has_many(teams: Team, through = Place))]
            pub struct Player {
                #[orm(key)]
                pub id: i64,
            }

            #[derive(Debug, Clone, PartialEq, Model)]
            #[orm(table = "places" $($attr)*)]
            pub struct Place {
                $($field)*
            }

            /// Three teams and four players.
            pub(crate) async fn fill(db: &Database) -> Result<(Vec<Team>, Vec<Player>)> {
                db.create_tables(models![Team, Player, Place]).await?;
                let teams = Team::insert_many((1..=3).map(NewTeam::new)).all(db).await?;
                Ok((teams, Player::insert_many((1..=4).map(NewPlayer::new)).all(db).await?))
            }

            /// The junction rows, in order.
            pub(crate) async fn links(db: &impl Executor) -> Result<Vec<(i64, i64)>> {
                let all = Place::query().order_by(|p| (p.team_id.asc(), p.player_id.asc()));
                all.select(|p| (p.team_id, p.player_id)).all(db).await
            }
        }
    };
}

world!(both, [], {
    #[orm(key, references = Team)] pub team_id: i64,
    #[orm(key, references = Player)] pub player_id: i64,
});
world!(turned, [], {
    #[orm(key, references = Player)] pub player_id: i64,
    #[orm(key, references = Team)] pub team_id: i64,
});
world!(surrogate, [], {
    #[orm(key, identity)] pub id: i64,
    #[orm(references = Team)] pub team_id: i64,
    #[orm(references = Player)] pub player_id: i64,
});
world!(surrogate_and_unique, [, unique(player_id, team_id)], {
    #[orm(key, identity)] pub id: i64,
    #[orm(references = Team)] pub team_id: i64,
    #[orm(references = Player)] pub player_id: i64,
});
world!(without_key, [], {
    #[orm(references = Team)] pub team_id: i64,
    #[orm(references = Player)] pub player_id: i64,
    pub since: Option<i32>,
});
world!(more_columns, [], {
    #[orm(key, references = Team)] pub team_id: i64,
    #[orm(key, references = Player)] pub player_id: i64,
    #[orm(key, default = "1")] pub season: i32,
});
world!(unique_over_more, [, unique(team_id, player_id, season)], {
    #[orm(key, identity)] pub id: i64,
    #[orm(references = Team)] pub team_id: i64,
    #[orm(references = Player)] pub player_id: i64,
    pub season: Option<i32>,
});
world!(one_team_each, [], {
    #[orm(key, identity)] pub id: i64,
    #[orm(references = Team)] pub team_id: i64,
    #[orm(unique, references = Player)] pub player_id: i64,
});

/// All that can be done twice, in a world.
macro_rules! every_way_twice {
    ($($name:ident)+) => { $(
        #[orm_pg::test]
        async fn $name(db: Database) -> Result<()> {
            use $name::{NewTeam, Player, Team, fill, links};
            let (teams, players) = fill(&db).await?;
            let [one, two, three] = [&teams[0], &teams[1], &teams[2]];
            assert_eq!(Team::players().link(one, &players[0]).execute(&db).await?, 1);
            assert_eq!(Team::players().link(one, &players[0]).execute(&db).await?, 0);
            // The same one from the other side.
            assert_eq!(Player::teams().link(&players[0], one).execute(&db).await?, 0);
            let twice = [players[1].clone(), players[1].clone(), players[0].clone(), players[1].clone()];
            assert_eq!(Team::players().link_all(one, &twice).execute(&db).await?, 1);
            assert_eq!(links(&db).await?, [(1, 1), (1, 2)]);
            assert_eq!(Team::players().set_links(two, &twice).execute(&db).await?, 2);
            assert_eq!(Team::players().set_links(two, &twice).execute(&db).await?, 0);
            assert_eq!(Team::players().set_links(two, &players[1..3]).execute(&db).await?, 1);
            assert_eq!(Team::players().set_links(two, &players[1..3]).execute(&db).await?, 0);
            assert_eq!(links(&db).await?, [(1, 1), (1, 2), (2, 2), (2, 3)]);
            // In a transaction, and with others' links left alone.
            db.transaction(async |tx| {
                assert_eq!(Team::players().link(three, &players[3]).execute(tx).await?, 1);
                assert_eq!(Team::players().link(three, &players[3]).execute(tx).await?, 0);
                assert_eq!(Team::players().set_links(three, &players[3..]).execute(tx).await?, 0);
                Ok::<_, Error>(())
            })
            .await?;
            assert_eq!(Team::players().unlink(two, &players[1]).execute(&db).await?, 1);
            assert_eq!(Team::players().unlink(two, &players[1]).execute(&db).await?, 0);
            assert_eq!(Team::players().set_links(three, &[]).execute(&db).await?, 1);
            let stored = Team::insert(NewTeam::new(9)).with(Team::players(), |_| linked(twice.clone())).one(&db).await?;
            assert_eq!(stored.1, twice);
            assert_eq!(links(&db).await?, [(1, 1), (1, 2), (2, 3), (9, 1), (9, 2)]);
            let loaded = Team::query().with(Team::players().order_by(|p| p.id.asc())).order_by(|t| t.id.asc());
            let loaded: Vec<Vec<i64>> =
                loaded.all(&db).await?.into_iter().map(|(_, players)| players.iter().map(|it| it.id).collect()).collect();
            assert_eq!(loaded, [vec![1, 2], vec![3], vec![], vec![1, 2]]);
            Ok(())
        }
    )+ };
}
every_way_twice! { both turned surrogate surrogate_and_unique without_key more_columns unique_over_more }

/// With a unique key of the two ends the server knows what is there; without one the statement looks.
#[test]
fn the_statements_of_links() {
    let (team, players) = (both::Team { id: 1 }, [both::Player { id: 1 }, both::Player { id: 2 }]);
    let two_keys = both::Team::players().link_all(&team, &players);
    let set = both::Team::players().set_links(&team, &players);
    let (team, players) = (surrogate::Team { id: 1 }, [surrogate::Player { id: 1 }, surrogate::Player { id: 2 }]);
    let one_key = surrogate::Team::players().link(&team, &players[0]);
    let set_there = surrogate::Team::players().set_links(&team, &players);
    let removed = surrogate::Team::players().unlink(&team, &players[0]);
    let texts = [two_keys, set, one_key, set_there, removed].map(|it| format!("{:?}", it.to_sql())).join("\n");
    expect![[r#"
        INSERT INTO "places" ("team_id", "player_id") SELECT $1, k.k0 FROM unnest($2) AS k(k0) ON CONFLICT ("team_id", "player_id") DO NOTHING [bigint, bigint[]]
        WITH gone AS (DELETE FROM "places" AS t0 WHERE t0."team_id" = $1 AND NOT EXISTS (SELECT 1 FROM unnest($2) AS k(k0) WHERE k.k0 = t0."player_id") RETURNING 1) INSERT INTO "places" ("team_id", "player_id") SELECT $1, k.k0 FROM (SELECT count(*) FROM gone) AS g, unnest($2) AS k(k0) ON CONFLICT ("team_id", "player_id") DO NOTHING [bigint, bigint[]]
        INSERT INTO "places" ("team_id", "player_id") SELECT $1, k.k0 FROM unnest($2) WITH ORDINALITY AS k(k0, n) WHERE NOT EXISTS (SELECT 1 FROM "places" AS t0 WHERE t0."team_id" = $1 AND k.k0 = t0."player_id") GROUP BY k.k0 ORDER BY min(k.n) [bigint, bigint[]]
        WITH gone AS (DELETE FROM "places" AS t0 WHERE t0."team_id" = $1 AND NOT EXISTS (SELECT 1 FROM unnest($2) AS k(k0) WHERE k.k0 = t0."player_id") RETURNING 1) INSERT INTO "places" ("team_id", "player_id") SELECT $1, k.k0 FROM (SELECT count(*) FROM gone) AS g, unnest($2) WITH ORDINALITY AS k(k0, n) WHERE NOT EXISTS (SELECT 1 FROM "places" AS t0 WHERE t0."team_id" = $1 AND k.k0 = t0."player_id") GROUP BY k.k0 ORDER BY min(k.n) [bigint, bigint[]]
        DELETE FROM "places" AS t0 WHERE (t0."team_id" = $1) AND (t0."player_id" = $2) [bigint, bigint]"#]].assert_eq(&texts);
}

/// A unique index that leaves some rows out says nothing of whether two rows are linked.
#[orm_pg::test]
async fn a_partial_unique_index(db: Database) -> Result<()> {
    use without_key::{Player, Team, fill, links};
    let (teams, players) = fill(&db).await?;
    sql!("CREATE UNIQUE INDEX ON places (team_id, player_id) WHERE since > 2000").execute(&db).await?;
    sql!("INSERT INTO places VALUES (1, 1, 1990), (1, 2, 2010)").execute(&db).await?;
    assert_eq!(Team::players().link_all(&teams[0], &players[..3]).execute(&db).await?, 1);
    assert_eq!(Player::teams().set_links(&players[1], &teams[..2]).execute(&db).await?, 1);
    assert_eq!(links(&db).await?, [(1, 1), (1, 2), (1, 3), (2, 2)]);
    Ok(())
}

/// A row that another unique key keeps out is an error, and not a link that is taken for stored.
#[orm_pg::test]
async fn a_further_unique_key_is_an_error(db: Database) -> Result<()> {
    use one_team_each::{NewTeam, Place, Team, fill, links};
    let (teams, players) = fill(&db).await?;
    Team::players().link(&teams[0], &players[0]).execute(&db).await?;
    let taken = |error: Error| error.violates(Place::PLAYER_ID_KEY);
    assert!(Team::players().link(&teams[1], &players[0]).execute(&db).await.is_err_and(taken));
    assert!(Team::players().set_links(&teams[1], &players[..2]).execute(&db).await.is_err_and(taken));
    let insert = Team::insert(NewTeam::new(9)).with(Team::players(), |_| linked([players[0].clone()]));
    assert!(insert.one(&db).await.is_err_and(taken));
    assert_eq!(links(&db).await?, [(1, 1)]);
    // What goes makes room for what comes.
    sql!("CREATE UNIQUE INDEX ON places (team_id)").execute(&db).await?;
    assert_eq!(Team::players().set_links(&teams[0], &players[1..2]).execute(&db).await?, 1);
    assert_eq!(links(&db).await?, [(1, 2)]);
    Ok(())
}

/// The same beside a unique key of the two ends, which the server looks at.
#[orm_pg::test]
async fn a_further_unique_key_beside_that_of_the_ends_is_an_error(db: Database) -> Result<()> {
    use both::{NewTeam, Team, fill, links};
    let (teams, players) = fill(&db).await?;
    sql!("CREATE UNIQUE INDEX one_player ON places (team_id)").execute(&db).await?;
    for added in [1, 0] {
        assert_eq!(Team::players().link(&teams[0], &players[0]).execute(&db).await?, added);
    }
    let taken = |error: Error| error.constraint() == Some("one_player");
    assert!(Team::players().link(&teams[0], &players[1]).execute(&db).await.is_err_and(taken));
    assert!(Team::players().set_links(&teams[1], &players[..2]).execute(&db).await.is_err_and(taken));
    // What goes makes room for what comes.
    assert_eq!(Team::players().set_links(&teams[0], &players[1..2]).execute(&db).await?, 1);
    let insert = Team::insert(NewTeam::new(9)).with(Team::players(), |_| linked(players));
    assert!(insert.one(&db).await.is_err_and(taken));
    assert_eq!(links(&db).await?, [(1, 2)]);
    Ok(())
}

/// Links that are there twice already.
#[orm_pg::test]
async fn doubled_links_go_together_and_stay_together(db: Database) -> Result<()> {
    use surrogate::{Team, fill, links};
    let (teams, players) = fill(&db).await?;
    let double = async || {
        sql!("INSERT INTO places (team_id, player_id) VALUES (1, 1), (1, 1), (1, 2), (1, 2), (2, 1)").execute(&db).await
    };
    double().await?;
    assert_eq!(Team::players().link(&teams[0], &players[0]).execute(&db).await?, 0);
    assert_eq!(Team::players().set_links(&teams[0], &players[1..3]).execute(&db).await?, 1);
    assert_eq!(links(&db).await?, [(1, 2), (1, 2), (1, 3), (2, 1)]);
    assert_eq!(Team::players().unlink(&teams[0], &players[1]).execute(&db).await?, 2);
    assert_eq!(links(&db).await?, [(1, 3), (2, 1)]);
    double().await?;
    assert_eq!(Team::players().set_links(&teams[0], &[]).execute(&db).await?, 5);
    assert_eq!(links(&db).await?, [(2, 1), (2, 1)]);
    Ok(())
}

/// The number of a link follows the order given, and a link that stays keeps its row.
#[orm_pg::test]
async fn links_are_stored_in_the_order_given(db: Database) -> Result<()> {
    use surrogate::{Place, Team, fill};
    let (teams, players) = fill(&db).await?;
    let by_row = || Place::query().order_by(|p| p.id.asc()).select(|p| (p.id, p.player_id));
    let [one, two, three, four] = [0, 1, 2, 3].map(|at: usize| players[at].clone());
    Team::players().link_all(&teams[0], &[three.clone(), one.clone(), three.clone(), two]).execute(&db).await?;
    assert_eq!(by_row().all(&db).await?, [(1, 3), (2, 1), (3, 2)]);
    Team::players().set_links(&teams[0], &[four, one, three]).execute(&db).await?;
    assert_eq!(by_row().all(&db).await?, [(1, 3), (2, 1), (4, 4)]);
    Ok(())
}

/// Nothing but the lock keeps the same link from being stored several times at once.
#[orm_pg::test(flavor = "multi_thread")]
async fn the_same_link_many_times_at_once(db: Database) -> Result<()> {
    use surrogate::{Team, fill, links};
    let (teams, players) = fill(&db).await?;
    // Each insert takes a while, so that all of them look before any is done.
    sql!(
        "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN PERFORM pg_sleep(0.05); RETURN new; END'"
    )
    .execute(&db)
    .await?;
    sql!("CREATE TRIGGER slowly BEFORE INSERT ON places FOR EACH ROW EXECUTE FUNCTION slowly()").execute(&db).await?;
    let tasks = (0..12_usize).map(|task| {
        let (db, team, players) = (db.clone(), teams[0].clone(), players.clone());
        tokio::spawn(async move {
            match task % 4 {
                0 => Team::players().link(&team, &players[0]).execute(&db).await,
                1 => Team::players().link_all(&team, &players[..2]).execute(&db).await,
                2 => Team::players().set_links(&team, &players[..2]).execute(&db).await,
                _ => db.transaction(async |tx| Team::players().link(&team, &players[1]).execute(tx).await).await,
            }
        })
    });
    let mut added = 0;
    for task in futures_util::future::join_all(tasks.collect::<Vec<_>>()).await {
        added += task.expect("no panic")?;
    }
    assert_eq!((added, links(&db).await?), (2, vec![(1, 1), (1, 2)]));
    // Links of another team do not wait for this one's.
    let tx = db.begin().await?;
    Team::players().link(&teams[0], &players[2]).execute(&tx).await?;
    let other = Team::players().link(&teams[1], &players[2]).execute(&db);
    assert_eq!(tokio::time::timeout(Duration::from_secs(20), other).await.expect("it does not wait")?, 1);
    tx.rollback().await
}

/// Dropped wherever it is, a link leaves no lock and no transaction behind.
#[tokio::test]
async fn a_link_that_is_dropped_leaves_no_lock() -> Result<()> {
    use surrogate::{Team, fill, links};
    let url = orm_pg::testing::database_url().await?;
    let db = Database::builder().url(&url).max_connections(1).connect().await?;
    let (teams, players) = fill(&db).await?;
    let other = Database::connect(&url).await?;
    for polls in 0..40 {
        let mut link = Box::pin(Team::players().link(&teams[0], &players[0]).execute(&db));
        let mut left = polls;
        let done = std::future::poll_fn(|cx| {
            if left == 0 {
                return std::task::Poll::Ready(false);
            }
            left -= 1;
            match link.as_mut().poll(cx) {
                std::task::Poll::Ready(_) => std::task::Poll::Ready(true),
                std::task::Poll::Pending if left == 0 => std::task::Poll::Ready(false),
                std::task::Poll::Pending => std::task::Poll::Pending,
            }
        });
        let done = done.await;
        drop(link);
        Team::players().link(&teams[0], &players[1]).execute(&other).await?;
        assert!(links(&other).await?.iter().filter(|it| it.1 == 1).count() < 2);
        if done {
            return Ok(());
        }
    }
    panic!("it never ended");
}

/// A bare client has no transaction to hold a lock in.
#[tokio::test]
async fn a_bare_client_links_without_a_lock() -> Result<()> {
    use surrogate::{Team, fill, links};
    let url = orm_pg::testing::database_url().await?;
    let db = Database::connect(&url).await?;
    let (teams, players) = fill(&db).await?;
    let (client, serving) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("connects");
    tokio::spawn(serving);
    for added in [1, 0] {
        assert_eq!(Team::players().link(&teams[0], &players[0]).execute(&adopt(&client)).await?, added);
    }
    assert_eq!(links(&db).await?, [(1, 1)]);
    Ok(())
}

/// More links than a statement has room for binds.
#[orm_pg::test]
async fn tens_of_thousands_of_links(db: Database) -> Result<()> {
    use both::{NewPlayer, Player, Team, fill};
    let (teams, _) = fill(&db).await?;
    let players = Player::insert_many((10..50_010).map(NewPlayer::new)).all(&db).await?;
    assert_eq!(Team::players().link_all(&teams[0], &players).execute(&db).await?, 50_000);
    assert_eq!(Team::players().set_links(&teams[0], &players[..40_000]).execute(&db).await?, 0);
    assert_eq!(Team::players().of(&teams[0]).count(&db).await?, 40_000);
    Ok(())
}

/// Clauses would not say which links are meant, so they are no part of a change.
#[tokio::test]
async fn a_relation_with_clauses_is_not_linked() {
    use both::{Player, Team};
    let (team, player) = (Team { id: 1 }, Player { id: 1 });
    let narrowed = || Team::players().filter(|p| p.id.gt(2));
    let changes = [
        (narrowed().link(&team, &player), "filter"),
        (narrowed().unlink(&team, &player), "filter"),
        (narrowed().set_links(&team, &[]), "filter"),
        (Team::players().filter_link(|l| l.team_id.gt(2)).link(&team, &player), "filter"),
        (Team::players().limit(1).link_all(&team, std::slice::from_ref(&player)), "limit"),
        (Team::players().order_by_link(|l| l.team_id.asc()).set_links(&team, &[]), "order_by"),
    ];
    for (change, clause) in changes {
        let error = change.execute(&Offline).await.expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::InvalidStatement);
        assert!(error.to_string().contains(&format!("takes no clauses: remove its `{clause}`")), "{error}");
    }
}
